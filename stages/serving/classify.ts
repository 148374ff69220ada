import type { ClassifyResponse } from '../../contracts/index.js';
import type { LoadedModel, ModelPrediction } from './loadModel.js';
import { logPredictions, type PredictionContext } from './logPredictions.js';

/** What a caller is answered, with the scores in the order of the model's labels. */
export interface Classified extends ModelPrediction {
  readonly predictionId: string;
}

/**
 * Classifies texts and logs each prediction with the digest of its text, never the text itself.
 * @throws OVERLOADED
 */
export const classify = async ({
  ctx,
  input,
}: {
  ctx: PredictionContext;
  input: { readonly texts: readonly string[] };
}): Promise<Classified[]> => {
  const startedMs = performance.now();
  const predictions = await ctx.served.classify(input.texts);
  const latencyMs = performance.now() - startedMs;
  const classified = predictions.map((prediction) => ({ ...prediction, predictionId: ctx.newId() }));
  logPredictions(
    ctx,
    classified.map(({ predictionId, label, probabilities, embedding, tokens }, index) => ({
      predictionId,
      text: input.texts[index]!,
      predicted: label,
      scores: Array.from(probabilities),
      embedding: Array.from(embedding),
      tokens,
      latencyMs,
    })),
  );
  return classified;
};

/** The body of `POST /v1/models/{name}:classify`, and of `:relate`. */
export const toClassifyResponse = (
  served: LoadedModel,
  classified: readonly Classified[],
): ClassifyResponse => ({
  model: served.model,
  version: served.version,
  modelVersionId: served.modelVersionId,
  predictions: classified.map(({ predictionId, label, probabilities }) => ({
    predictionId,
    label,
    score: Math.max(...probabilities),
    scores: Object.fromEntries(served.labels.map((name, index) => [name, probabilities[index] ?? 0])),
  })),
});
