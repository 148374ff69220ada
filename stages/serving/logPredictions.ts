import type { PredictionRow } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import type { LoadedModel } from './loadModel.js';
import type { PredictionBuffer } from './predictionBuffer.js';

export interface PredictionContext {
  readonly served: LoadedModel;
  readonly log: Pick<PredictionBuffer, 'add'>;
  /** The instant of the request. */
  readonly now: Date;
  newId(): string;
}

type Said = Omit<PredictionRow, 'at' | 'model' | 'modelVersion' | 'textDigest'> & { readonly text: string };

/** Logs predictions, where the version does, with the digests of their texts, never the texts themselves. */
export const logPredictions = ({ served, log, now }: PredictionContext, said: readonly Said[]): void => {
  if (!served.logsPredictions) return;
  const at = now.toISOString();
  log.add(
    said.map(({ text, ...prediction }) => ({
      ...prediction,
      at,
      model: served.model,
      modelVersion: served.modelVersionId,
      textDigest: sha256Hex(text),
    })),
  );
};
