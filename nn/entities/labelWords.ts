import { NnError } from '../errors.js';
import { IGNORED_LABEL } from '../models/losses/crossEntropy.js';
import { type EntitySpan, tagsOfEntities } from './tags.js';
import type { WordedText } from './words.js';

/**
 * What to learn of each window: for the first token of a word the index of its tag, `IGNORED_LABEL` elsewhere; so every
 * word is learnt from once. Throws LABEL_UNKNOWN for an entity without tags.
 */
export function labelWords(
  { windows, words }: WordedText,
  entities: readonly EntitySpan[],
  tags: readonly string[],
): Int32Array[] {
  const targets = windows.map(({ ids }) => new Int32Array(ids.length).fill(IGNORED_LABEL));
  const indices = new Map(tags.map((tag, i) => [tag, i]));
  tagsOfEntities(words, entities).forEach((tag, i) => {
    const index = indices.get(tag);
    if (index === undefined) {
      throw new NnError('LABEL_UNKNOWN', `an entity needs the tag ${tag}; there are ${tags.join(', ')}`);
    }
    const { window, token } = words[i]!;
    targets[window]![token] = index;
  });
  return targets;
}
