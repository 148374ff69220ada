import { plumblineError, type RelateRequest } from '../../contracts/index.js';
import { markRelation, relationFault } from '../relation.js';
import { type Classified, classify } from './classify.js';
import type { PredictionContext } from './logPredictions.js';

export type RelationInput = Exclude<RelateRequest, { readonly relations: unknown }>;

/**
 * Says how two spans of a text are related, by the text with the spans marked as in training.
 * @throws OVERLOADED; REQUEST_INVALID for a model of another task and for spans that cannot be marked
 */
export const relate = async ({
  ctx,
  input: { relations },
}: {
  ctx: PredictionContext;
  input: { readonly relations: readonly RelationInput[] };
}): Promise<Classified[]> => {
  const texts = relations.map(({ text, head, tail }, index) => {
    const fault = relationFault(text, { head, tail });
    if (fault !== null)
      throw plumblineError('REQUEST_INVALID', `relation ${index} cannot be marked in its text: ${fault}`, {
        details: { index, fault },
      });
    return markRelation(text, { head, tail });
  });
  return classify({ ctx, input: { texts } });
};
