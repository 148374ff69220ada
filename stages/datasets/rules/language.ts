import { eld } from 'eld/small';
import { dropped, kept, optionalRule } from './rule.js';

/** Nito-ELD reads up to this much: the language of a text does not change the verdict further on. */
const CHARACTERS_MAX = 2000;

/** Language by n-grams (Nito-ELD); the shares of several languages in one text are not told apart. */
export const language = optionalRule(
  { section: 'language', name: 'language', version: 1, reasons: ['other-language', 'undecided-language'] },
  (draft, { keep, charactersMin, undecided }) => {
    if (draft.text.length < charactersMin) return kept(draft);
    const found = eld.detect(draft.text.slice(0, CHARACTERS_MAX));
    if (found.language === '' || !found.isReliable())
      return undecided === 'keep' ? kept(draft) : dropped('undecided-language');
    return keep.includes(found.language) ? kept(draft) : dropped('other-language', found.language);
  },
);
