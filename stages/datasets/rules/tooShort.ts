import { type DraftRule, dropped, kept } from './rule.js';

/** Drops texts of fewer characters than `textCharactersMin`. */
export const tooShort: DraftRule = {
  name: 'too-short',
  version: 1,
  on: { always: 'Drops texts of fewer characters than `textCharactersMin`.' },
  reasons: ['empty', 'too-short'],
  apply: (draft, { textCharactersMin }) => {
    if (draft.text === '') return dropped('empty');
    return draft.text.length < textCharactersMin ? dropped('too-short') : kept(draft);
  },
};
