import type { Entity } from '../../../contracts/index.js';
import { createPace } from '../../pace.js';
import type { StageContext } from '../../ports.js';

/** Words, and marks one by one. */
const WORD = /[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu;

export interface EntityText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

const wordsOf = (text: string) =>
  Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ word, start: index, end: index + word.length }));
const keyOf = (words: readonly { readonly word: string }[]): string =>
  words.map(({ word }) => word).join(' ');

/** Phrases that were entities of one type only, and the number of words in the longest. */
interface Dictionary {
  readonly types: ReadonlyMap<string, string>;
  readonly wordsMax: number;
}

const learn = (rows: readonly EntityText[]): Dictionary => {
  const found = new Map<string, Set<string>>();
  let wordsMax = 0;
  for (const { text, entities } of rows)
    for (const { start, end, label } of entities) {
      const words = wordsOf(text.slice(start, end));
      wordsMax = Math.max(wordsMax, words.length);
      const key = keyOf(words);
      const labels = found.get(key);
      if (labels === undefined) found.set(key, new Set([label]));
      else labels.add(label);
    }
  const types = new Map<string, string>();
  for (const [key, labels] of found) {
    const [label] = labels;
    if (labels.size === 1 && label !== undefined && key !== '') types.set(key, label);
  }
  return { types, wordsMax };
};

/** Of phrases that begin at a word the longest; words of one are in no other. */
const find = ({ types, wordsMax }: Dictionary, text: string): Entity[] => {
  const words = wordsOf(text);
  const entities: Entity[] = [];
  for (let first = 0; first < words.length; first++) {
    for (let size = Math.min(wordsMax, words.length - first); size > 0; size--) {
      const phrase = words.slice(first, first + size);
      const label = types.get(keyOf(phrase));
      if (label === undefined) continue;
      entities.push({ start: phrase[0]!.start, end: phrase.at(-1)!.end, label });
      first += size - 1;
      break;
    }
  }
  return entities;
};

/**
 * The baseline of the CoNLL-2003 shared task (Tjong Kim Sang and De Meulder): only entities of the training rows are found, if
 * they were always of one type, the longest first.
 * @returns the entities of each of `texts`
 * @throws CANCELLED
 */
export const predictByDictionary = async (
  ctx: Pick<StageContext, 'signal' | 'progress'>,
  train: readonly EntityText[],
  texts: readonly string[],
): Promise<Entity[][]> => {
  const pace = createPace(ctx, { activity: 'looking up known entities', unit: 'texts', total: texts.length });
  const dictionary = learn(train);
  const found: Entity[][] = [];
  for (const text of texts) {
    await pace.tick(found.length);
    found.push(find(dictionary, text));
  }
  return found;
};
