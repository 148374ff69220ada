import { type DatasetRow, TASK_RULES, type TrainingRun } from '../../contracts/index.js';
import { loadTokenizer, startPrediction } from '../../nn/index.js';
import { loadTrainedModel } from './classifier.js';
import { withOnnxModel } from './onnxModel.js';
import { predictEntities } from './predictEntities.js';
import type { PredictContext, RowPrediction } from './rowPrediction.js';
import { untilCancelled } from './untilCancelled.js';

const BATCH_SIZE = 16;

/**
 * Predictions in the order of the rows, by the same ONNX model that is registered and served, off the calling
 * thread.
 * @throws CANCELLED, and what loading the model throws
 */
export const predictRows = (
  ctx: PredictContext,
  run: TrainingRun,
  rows: readonly DatasetRow[],
): Promise<RowPrediction[]> =>
  TASK_RULES[run.recipe.task].head === 'token-classification'
    ? predictEntities(ctx, run, rows)
    : predictLabels(ctx, run, rows);

const predictLabels = async (
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
  const { threads, providers } = ctx;
  const { probabilities, embeddings } = await withOnnxModel(await loadTrainedModel(ctx, run), (model) =>
    untilCancelled(ctx.signal, () =>
      startPrediction({ model, sequences, batchSize: BATCH_SIZE, threads, providers }),
    ),
  );
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
