import type { RecipeOf } from '../../../contracts/index.js';
import { dictionaryIndex, englishWords, isEnglish } from '../spelling/dictionary.js';
import { SymSpell } from '../spelling/symSpell.js';
import { meets, protectedRanges } from '../text/protectedRanges.js';
import { counted, editsOf, rewritten } from './rewrite.js';
import { type CorpusRule, type Draft, kept } from './rule.js';

/** A word of letters that is no part of a code, an address or an identifier. */
const WORD =
  /(?<![\p{L}\p{M}\p{N}_@#&$/\\.'’-])[A-Za-z]+(?:['’][a-z]+)?(?![\p{L}\p{M}\p{N}_@/\\-]|[.'’]\p{L})/gu;
/** Names and abbreviations begin with a capital inside a sentence; at its start nobody can tell. */
const LOWER = /^[a-z]+(?:['’][a-z]+)?$/;
/** In brackets stand marks: of relations, of masked data. */
const MARKS = /\[[^\]\n]{0,40}\]/g;

const lowerWords = (text: string): Set<string> =>
  new Set([...text.matchAll(WORD)].map(([word]) => word).filter((word) => LOWER.test(word)));

/** How many times likelier a word is whose letters were only swapped than one that has other letters. */
const SWAP_ODDS = 20;

/** First letters are seldom wrong (Pollock and Zamora 1984); then the corpus decides, and whether letters were only swapped. */
const rankOf = (word: string, candidate: string, count: number) => {
  const swapped = [...candidate].sort().join('') === [...word].sort().join('');
  return [Number(candidate[0] === word[0]), (count + 1) * (swapped ? SWAP_ODDS : 1)] as const;
};
const compareRanks = (a: readonly number[], b: readonly number[]): number =>
  a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;

const corrector = (
  { editsMax, lettersMin, frequencyMin, words, seenOnly }: RecipeOf<'spelling'>,
  dictionary: ReadonlySet<string>,
  frequencies: ReadonlyMap<string, number>,
) => {
  const listed = new Set(words.map((word) => word.toLowerCase()));
  const frequent = [...frequencies].filter(([, count]) => count >= frequencyMin).map(([word]) => word);
  const domain = new Set([...listed, ...frequent]);
  const isRight = (word: string) => domain.has(word) || isEnglish(dictionary, word);
  const special = new SymSpell([...domain].filter((word) => !dictionary.has(word)).sort(), editsMax);
  const known = new Map<string, string | null>();
  const closest = (word: string) => {
    const found = [dictionaryIndex(dictionary, editsMax), special].flatMap((index) => index.closest(word));
    const least = Math.min(...found.map(({ distance }) => distance));
    return found.filter(({ distance }) => distance === least);
  };
  const correct = (word: string): string | null => {
    const [best, next] = closest(word.replaceAll('’', "'"))
      .filter(({ word: candidate }) => !seenOnly || frequencies.has(candidate) || listed.has(candidate))
      .map(({ word: candidate }) => ({
        candidate,
        rank: rankOf(word, candidate, frequencies.get(candidate) ?? 0),
      }))
      .sort((a, b) => compareRanks(b.rank, a.rank));
    // Of equally likely words nobody knows which was meant.
    if (best === undefined || (next !== undefined && compareRanks(best.rank, next.rank) === 0)) return null;
    return best.candidate;
  };
  return (word: string): string | null => {
    if (!LOWER.test(word) || word.length < lettersMin || isRight(word)) return null;
    const earlier = known.get(word);
    if (earlier !== undefined) return earlier;
    const correction = correct(word);
    known.set(word, correction);
    return correction;
  };
};

/** Rare words that no dictionary has become the one word that is nearest, the most frequent of the corpus among several. */
export const spelling: CorpusRule = {
  name: 'spelling',
  version: 1,
  on: { section: 'spelling' },
  reasons: [],
  sees: 'texts',
  learns: true,
  begin: async ({ spelling: recipe }) => {
    if (recipe === undefined) return null;
    const dictionary = await englishWords();
    /** Number of records with the word. */
    const frequencies = new Map<string, number>();
    let correct: ReturnType<typeof corrector> | undefined;
    return {
      observe: ({ text }: Draft) => {
        for (const word of lowerWords(text)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
      },
      apply: (draft) => {
        correct ??= corrector(recipe, dictionary, frequencies);
        const decide = correct;
        const found = editsOf(draft.text, WORD, ([word]) => decide(word));
        if (found.length === 0) return kept(draft);
        const marks = [...draft.text.matchAll(MARKS)].map(({ 0: mark, index }) => ({
          start: index,
          end: index + mark.length,
        }));
        const untouchable = [protectedRanges(draft.text), draft.spans ?? [], marks];
        const edits = found.filter((edit) => !untouchable.some((ranges) => meets(ranges, edit)));
        return rewritten(draft, edits, (count) => `${counted(count, 'word')} corrected`);
      },
    };
  },
};
