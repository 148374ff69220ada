import { counted, editsOf, rewritten } from './rewrite.js';
import { optionalRule } from './rule.js';

/** Full-width forms of ASCII and signs, half-width katakana with their voicing, half-width hangul, the ideographic space. */
const FORMS =
  /[\uFF01-\uFF60\uFFE0-\uFFE6]|[\uFF61-\uFF9F][\uFF9E\uFF9F]?|[\uFFA0-\uFFDC\uFFE8-\uFFEE]|\u3000/gu;
const WORD_FORM = /^[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFF9F\uFFA0-\uFFDC]/u;

/** The part of NFKC that is about width: what Unicode marks <wide> and <narrow>, and the ideographic space. */
export const width = optionalRule(
  { section: 'width', name: 'width', version: 1, reasons: [] },
  (draft, { punctuation }) =>
    rewritten(
      draft,
      editsOf(draft.text, FORMS, ([form]) =>
        punctuation || WORD_FORM.test(form) ? form.normalize('NFKC') : null,
      ),
      (count) => `width of ${counted(count, 'character')} normalised`,
    ),
);
