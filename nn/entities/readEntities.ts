import { type EntitySpan, entitiesOfTags } from './tags.js';
import type { WordedText } from './words.js';

export interface FoundEntity extends EntitySpan {
  /** Mean probability of the tags of its words. */
  readonly score: number;
}

export interface ReadText {
  readonly entities: FoundEntity[];
  /** Mean probability of each tag over the words; they sum to 1. All of `O` for a text without words. */
  readonly tagShares: Float64Array;
}

/**
 * The entities of a text from the tags' probabilities.
 * @param probabilities of each window, row-major [tokens, tags]
 * @param tags the model's classes, `O` first
 */
export function readEntities(
  { words }: WordedText,
  probabilities: readonly Float32Array[],
  tags: readonly string[],
): ReadText {
  const tagShares = new Float64Array(tags.length);
  const best = words.map(({ window, token }) => {
    const row = probabilities[window]!.subarray(token * tags.length, (token + 1) * tags.length);
    let chosen = 0;
    row.forEach((probability, tag) => {
      tagShares[tag] = tagShares[tag]! + probability / words.length;
      if (probability > row[chosen]!) chosen = tag;
    });
    return { tag: tags[chosen]!, score: row[chosen]! };
  });
  if (words.length === 0) tagShares[0] = 1;
  const tagged = entitiesOfTags(
    words,
    best.map(({ tag }) => tag),
  );
  const entities = tagged.map(({ first, last, ...entity }) => {
    const scores = best.slice(first, last + 1).map(({ score }) => score);
    return { ...entity, score: scores.reduce((sum, score) => sum + score, 0) / scores.length };
  });
  return { entities, tagShares };
}
