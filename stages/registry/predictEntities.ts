import { type DatasetRow, entityLabels, type TrainingRun } from '../../contracts/index.js';
import {
  encodeWords,
  loadTokenizer,
  readEntities,
  startTokenPrediction,
  type TokenScores,
} from '../../nn/index.js';
import { meanEmbedding } from '../meanEmbedding.js';
import { loadTrainedModel } from './classifier.js';
import { withOnnxModel } from './onnxModel.js';
import type { PredictContext, RowPrediction } from './rowPrediction.js';
import { untilCancelled } from './untilCancelled.js';

const BATCH_SIZE = 16;

/**
 * The entities of rows, long texts in windows, by the same ONNX model that is registered and served.
 * @throws CANCELLED, and what loading the model throws
 */
export const predictEntities = async (
  ctx: PredictContext,
  run: TrainingRun,
  rows: readonly DatasetRow[],
): Promise<RowPrediction[]> => {
  const tokenizer = await loadTokenizer(await ctx.blobs.get(run.base.tokenizer));
  const texts = await encodeWords(
    tokenizer,
    rows.map((row) => row.text),
    run.recipe.maxLength,
  );
  const model = await loadTrainedModel(ctx, run);
  const scores = await withOnnxModel(model, (onnx) =>
    untilCancelled(ctx.signal, () =>
      startTokenPrediction({
        model: onnx,
        sequences: texts.flatMap(({ windows }) => windows.map(({ ids }) => ids)),
        batchSize: BATCH_SIZE,
        threads: ctx.threads,
        providers: ctx.providers,
      }),
    ),
  );
  let next = 0;
  return rows.map((row, index) => {
    const text = texts[index]!;
    const ofRow: readonly TokenScores[] = scores.slice(next, next + text.windows.length);
    next += text.windows.length;
    const { entities, tagShares } = readEntities(
      text,
      ofRow.map(({ probabilities }) => probabilities),
      model.labels,
    );
    const lengths = text.windows.map(({ ids }) => ids.length);
    return {
      row,
      predicted: entityLabels(entities),
      predictedEntities: entities.map(({ score: _, ...entity }) => entity),
      scores: Array.from(tagShares),
      embedding: meanEmbedding(
        ofRow.map(({ embedding }) => embedding),
        lengths,
      ),
      tokens: lengths.reduce((sum, length) => sum + length, 0),
    };
  });
};
