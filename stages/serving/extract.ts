import { type ExtractResponse, entityLabels } from '../../contracts/index.js';
import type { LoadedModel, ModelExtraction } from './loadModel.js';
import { logPredictions, type PredictionContext } from './logPredictions.js';

/** What a caller is answered. */
export interface Extracted extends ModelExtraction {
  readonly predictionId: string;
}

/**
 * Finds the entities of texts and logs what was found as labels and shares of the tags.
 * @throws OVERLOADED; REQUEST_INVALID for a model that finds no entities
 */
export const extract = async ({
  ctx,
  input: { texts },
}: {
  ctx: PredictionContext;
  input: { readonly texts: readonly string[] };
}): Promise<Extracted[]> => {
  const startedMs = performance.now();
  const extractions = await ctx.served.extract(texts);
  const latencyMs = performance.now() - startedMs;
  const extracted = extractions.map((extraction) => ({ ...extraction, predictionId: ctx.newId() }));
  logPredictions(
    ctx,
    extracted.map(({ predictionId, entities, tagShares, embedding, tokens }, index) => ({
      predictionId,
      text: texts[index]!,
      predicted: entityLabels(entities),
      scores: Array.from(tagShares),
      embedding: [...embedding],
      tokens,
      latencyMs,
    })),
  );
  return extracted;
};

/** The body of `POST /v1/models/{name}:extract`. */
export const toExtractResponse = (
  served: LoadedModel,
  texts: readonly string[],
  extracted: readonly Extracted[],
): ExtractResponse => ({
  model: served.model,
  version: served.version,
  modelVersionId: served.modelVersionId,
  predictions: extracted.map(({ predictionId, entities }, index) => ({
    predictionId,
    entities: entities.map((entity) => ({ ...entity, text: texts[index]!.slice(entity.start, entity.end) })),
  })),
});
