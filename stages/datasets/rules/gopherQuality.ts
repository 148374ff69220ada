import type { RecipeOf } from '../../../contracts/index.js';
import { repetitionExcess } from '../text/repetition.js';
import { linesOf, wordsOf } from '../text/words.js';
import { dropped, kept, optionalRule } from './rule.js';

type Recipe = RecipeOf<'gopherQuality'>;

const STOP_WORDS = new Set(['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with']);
const SYMBOLS_ONLY = /^[\p{P}\p{S}\p{C}]+$/u;

const share = <T>(items: readonly T[], of: (item: T) => boolean): number =>
  items.length === 0 ? 0 : items.filter(of).length / items.length;
const occurrences = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

interface Measure {
  readonly reason: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
}

/** In the order of datatrove's filter, so that the first reason is the same. */
const measuresOf = (text: string, words: readonly string[], recipe: Recipe): readonly Measure[] => {
  const real = words.filter((word) => !SYMBOLS_ONLY.test(word));
  const letters = real.reduce((sum, word) => sum + [...word].length, 0);
  const lines = linesOf(text);
  const mean = real.length === 0 ? 0 : letters / real.length;
  const aWord = (count: number) => (words.length === 0 ? 0 : count / words.length);
  const { symbolsPerWordMax: symbolsMax } = recipe;
  return [
    { reason: 'too-few-words', value: real.length, min: recipe.wordsMin },
    { reason: 'too-many-words', value: real.length, max: recipe.wordsMax },
    { reason: 'short-words', value: mean, min: recipe.wordCharactersMeanMin },
    { reason: 'long-words', value: mean, max: recipe.wordCharactersMeanMax },
    { reason: 'hash-signs', value: aWord(occurrences(text, /#/g)), max: symbolsMax },
    { reason: 'ellipses', value: aWord(occurrences(text, /\.\.\.|…/g)), max: symbolsMax },
    {
      reason: 'bullet-lines',
      value: share(lines, (line) => /^\s*[•-]/u.test(line)),
      max: recipe.bulletLinesMax,
    },
    {
      reason: 'ellipsis-lines',
      value: share(lines, (line) => /(\.\.\.|…)\s*$/u.test(line)),
      max: recipe.ellipsisLinesMax,
    },
    {
      reason: 'few-alphabetic-words',
      value: share(words, (word) => /\p{L}/u.test(word)),
      min: recipe.alphabeticWordsMin,
    },
    {
      reason: 'few-stop-words',
      value: new Set(words.filter((word) => STOP_WORDS.has(word))).size,
      min: recipe.stopWordsMin,
    },
  ];
};

const rounded = (value: number): string => String(Number(value.toFixed(3)));

/** Quality and repetition rules of Gopher (Rae et al. 2021, A.1.1 and table A1). Words are parted by white space. */
export const gopherQuality = optionalRule(
  {
    section: 'gopherQuality',
    name: 'gopher-quality',
    version: 1,
    reasons: [
      'too-few-words',
      'too-many-words',
      'short-words',
      'long-words',
      'hash-signs',
      'ellipses',
      'bullet-lines',
      'ellipsis-lines',
      'few-alphabetic-words',
      'few-stop-words',
      'repeated-paragraphs',
      'repeated-lines',
      'top-2-gram',
      'top-3-gram',
      'top-4-gram',
      'repeated-5-grams',
      'repeated-6-grams',
      'repeated-7-grams',
      'repeated-8-grams',
      'repeated-9-grams',
      'repeated-10-grams',
    ],
  },
  (draft, recipe) => {
    const words = wordsOf(draft.text);
    for (const { reason, value, min, max } of measuresOf(draft.text, words, recipe)) {
      if (min !== undefined && value < min) return dropped(reason, `${rounded(value)}, at least ${min}`);
      if (max !== undefined && value > max) return dropped(reason, `${rounded(value)}, at most ${max}`);
    }
    const excess = recipe.repetition ? repetitionExcess(draft.text, words) : null;
    return excess === null
      ? kept(draft)
      : dropped(excess.reason, `${rounded(excess.share)}, at most ${excess.max}`);
  },
);
