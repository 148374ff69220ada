import type { eld } from 'eld/small';
import { dropped, kept, optionalRule } from './rule.js';

type Detector = typeof eld;
let detector: Promise<Detector> | undefined;
/** Its tables take a second and 150 MB: only cleanings that ask for languages load them. */
const loadDetector = (): Promise<Detector> => {
  detector ??= import('eld/small').then((tables) => tables.eld);
  return detector;
};

/** Nito-ELD reads up to this much: the language of a text does not change the verdict further on. */
const CHARACTERS_MAX = 2000;

/** Language by n-grams (Nito-ELD); the shares of several languages in one text are not told apart. */
export const language = optionalRule(
  { section: 'language', name: 'language', version: 1, reasons: ['other-language', 'undecided-language'] },
  async (draft, { keep, charactersMin, undecided }) => {
    if (draft.text.length < charactersMin) return kept(draft);
    const found = (await loadDetector()).detect(draft.text.slice(0, CHARACTERS_MAX));
    if (found.language === '' || !found.isReliable())
      return undecided === 'keep' ? kept(draft) : dropped('undecided-language');
    return keep.includes(found.language) ? kept(draft) : dropped('other-language', found.language);
  },
);
