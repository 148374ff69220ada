import { packSequences } from './packedSequences.js';
import type { PredictionInput, Predictions } from './predictClassifier.js';
import { startJob } from './startJob.js';

export interface PredictionHandle {
  readonly result: Promise<Predictions>;
  /** Stops within one batch; `result` then rejects with CANCELLED. */
  cancel(): void;
}

/** `predictClassifier` on a thread of its own. `input` is copied and stays usable. */
export function startPrediction({ sequences, model, ...rest }: PredictionInput): PredictionHandle {
  const packed = packSequences(sequences);
  const given = typeof model === 'string' ? model : new Uint8Array(model);
  const copies = typeof given === 'string' ? [packed.ids] : [packed.ids, given];
  const { result, cancel } = startJob<Predictions>(
    { ...rest, kind: 'predict', model: given, sequences: packed },
    copies.map(({ buffer }) => buffer as ArrayBuffer),
  );
  return { result, cancel };
}
