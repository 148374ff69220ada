import type { RecipeOf } from '../../../contracts/index.js';
import { sentenceCount, wordsOf } from '../text/words.js';
import { counted, type Edit, rewritten } from './rewrite.js';
import { dropped, optionalRule } from './rule.js';

type Recipe = RecipeOf<'c4Quality'>;

const TERMINAL = /[.?!"'”’。？！]$/u;
const ELLIPSIS = /\.\.\.$/;
const POLICY = [
  'terms of use',
  'privacy policy',
  'cookie policy',
  'uses cookies',
  'use of cookies',
  'use cookies',
];

/** `gone` for a line to be left out, a reason to drop the text, null for a line that stays. */
const judgeLine = (line: string, recipe: Recipe): 'gone' | 'lorem-ipsum' | 'curly-bracket' | null => {
  const words = wordsOf(line);
  const lower = line.toLowerCase();
  if (words.some((word) => word.length > recipe.wordCharactersMax)) return 'gone';
  if (recipe.terminalPunctuation && (!TERMINAL.test(line) || ELLIPSIS.test(line))) return 'gone';
  if (words.length < recipe.lineWordsMin) return 'gone';
  if (recipe.loremIpsum && lower.includes('lorem ipsum')) return 'lorem-ipsum';
  if (recipe.javascript && lower.includes('javascript')) return 'gone';
  if (recipe.curlyBracket && line.includes('{')) return 'curly-bracket';
  return recipe.policy && POLICY.some((phrase) => lower.includes(phrase)) ? 'gone' : null;
};

/** The rules of C4 (Raffel et al. 2020, section 2.2) in the order of datatrove, without the list of bad words. */
export const c4Quality = optionalRule(
  {
    section: 'c4Quality',
    name: 'c4-quality',
    version: 1,
    reasons: ['lorem-ipsum', 'curly-bracket', 'too-few-sentences'],
  },
  (draft, recipe) => {
    const edits: Edit[] = [];
    let sentences = 0;
    let start = 0;
    for (const line of draft.text.split('\n')) {
      const end = Math.min(draft.text.length, start + line.length + 1);
      const trimmed = line.trim();
      const verdict = judgeLine(trimmed, recipe);
      if (verdict === 'lorem-ipsum' || verdict === 'curly-bracket') return dropped(verdict);
      if (verdict === null) sentences += sentenceCount(trimmed);
      else if (end > start) edits.push({ start, end, by: '' });
      start += line.length + 1;
    }
    if (sentences < recipe.sentencesMin)
      return dropped('too-few-sentences', `${sentences}, at least ${recipe.sentencesMin}`);
    return rewritten(draft, edits, (count) => `${counted(count, 'line')} left out as C4 does`);
  },
);
