import type { DatasetRow, ExecutionProvider, TrainingRun } from '../../contracts/index.js';
import { exportOnnx, loadTokenizer, startPrediction } from '../../nn/index.js';
import { throwIfCancelled } from '../pace.js';
import type { BlobStore, StageContext } from '../ports.js';
import { loadClassifier } from './classifier.js';

const BATCH_SIZE = 16;

/** What a model says of one row. */
export interface RowPrediction {
  readonly row: DatasetRow;
  readonly predicted: string;
  /** Probabilities in the order of the run's labels. */
  readonly scores: number[];
  readonly embedding: number[];
  /** Tokens the model read, special ones included. */
  readonly tokens: number;
}

export interface PredictContext extends StageContext {
  readonly blobs: BlobStore;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}

/**
 * Predictions in the order of the rows, by the same ONNX model that is registered and served, off the calling
 * thread.
 * @throws CANCELLED, and what loading the model throws
 */
export const predictRows = async (
  ctx: PredictContext,
  run: TrainingRun,
  rows: readonly DatasetRow[],
): Promise<RowPrediction[]> => {
  const tokenizer = await loadTokenizer(await ctx.blobs.get(run.base.tokenizer));
  const encoded = await tokenizer.encodeBatch(
    rows.map((row) => row.text),
    { maxLength: run.recipe.maxLength },
  );
  const sequences = encoded.map(({ ids }) => ids);
  const model = exportOnnx(await loadClassifier(ctx, run));
  const { probabilities, embeddings } = await predictUntilCancelled(ctx, model, sequences);
  const classes = run.labels.length;
  const hidden = rows.length === 0 ? 0 : embeddings.length / rows.length;
  return rows.map((row, index) => {
    const scores = Array.from(probabilities.subarray(index * classes, (index + 1) * classes));
    return {
      row,
      predicted: run.labels[scores.indexOf(Math.max(...scores))]!,
      scores,
      embedding: Array.from(embeddings.subarray(index * hidden, (index + 1) * hidden)),
      tokens: sequences[index]!.length,
    };
  });
};

const predictUntilCancelled = async (
  { signal, threads, providers }: PredictContext,
  model: Uint8Array,
  sequences: readonly Int32Array[],
) => {
  throwIfCancelled(signal);
  const prediction = startPrediction({
    model,
    sequences,
    batchSize: BATCH_SIZE,
    threads,
    providers: providers,
  });
  const cancel = () => prediction.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await prediction.result;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
