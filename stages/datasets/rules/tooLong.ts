import { type Draft, type DraftRule, kept, lostSpans, type Outcome } from './rule.js';

/** A cut goes back to the last white space if there is one this near. */
const WORD_CHARACTERS_MAX = 100;

/** The first `max` characters, ending with a whole word where that is possible and never within a character. */
const cut = (text: string, max: number): string => {
  const head = text.slice(0, max);
  const space = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
  const whole = space > max - WORD_CHARACTERS_MAX ? head.slice(0, space) : head;
  return whole.replace(/[\uD800-\uDBFF]$/, '').trimEnd();
};

const cutDraft = (draft: Draft, max: number): Outcome => {
  const text = cut(draft.text, max);
  const changes = [`cut from ${draft.text.length} characters to at most ${max}`];
  if (draft.spans === undefined) return kept({ ...draft, text }, changes);
  const spans = draft.spans.filter(({ end }) => end <= text.length);
  return kept({ ...draft, text, spans }, [...changes, ...lostSpans(draft.spans.length - spans.length)]);
};

/** Cuts texts of more characters than `textCharactersMax`; spans that the cut touches are lost. */
export const tooLong: DraftRule = {
  name: 'too-long',
  version: 1,
  on: { always: 'Cuts texts at `textCharactersMax`, at the last word; spans that the cut touches are lost.' },
  reasons: [],
  apply: (draft, { textCharactersMax }) =>
    draft.text.length <= textCharactersMax ? kept(draft) : cutDraft(draft, textCharactersMax),
};
