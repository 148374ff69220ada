import { createRunner } from '../exec/createRunner.js';
import type { LoadableModel, Provider } from '../exec/runner.js';
import { inferInOrder } from './infer.js';
import { softmaxRows } from './softmax.js';

export interface PredictionInput {
  /** What `exportOnnx` returned, or the path that `writeOnnxFile` wrote to. */
  readonly model: LoadableModel;
  /** Token ids with special tokens, as `encodeBatch` returns them. */
  readonly sequences: readonly Int32Array[];
  readonly batchSize: number;
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

/** Row-major, rows in the order of the sequences. */
export interface Predictions {
  /** [sequences, labels], each row sums to 1. */
  readonly probabilities: Float32Array;
  /** [sequences, hidden]. */
  readonly embeddings: Float32Array;
}

/**
 * Class probabilities and embeddings of sequences. Computes on the calling thread; `startPrediction` is the same on a
 * thread of its own. Throws CANCELLED within one batch of `signal`.
 */
export async function predictClassifier(input: PredictionInput, signal?: AbortSignal): Promise<Predictions> {
  const { model, sequences, batchSize, threads, providers } = input;
  const runner = await createRunner(model, { threads, ...(providers && { providers }) });
  try {
    const outputs = await inferInOrder(runner, sequences, {
      batchSize,
      outputs: ['logits', 'embedding'],
      signal,
    });
    const logits = outputs['logits']!;
    const classes = sequences.length === 0 ? 1 : logits.length / sequences.length;
    return { probabilities: softmaxRows(logits, classes), embeddings: outputs['embedding']! };
  } finally {
    await runner.dispose();
  }
}
