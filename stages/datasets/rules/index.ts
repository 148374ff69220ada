import { decode } from './decode.js';
import { exactDuplicate } from './exactDuplicate.js';
import { htmlToText } from './htmlToText.js';
import { markRelation } from './markRelation.js';
import { nearDuplicate } from './nearDuplicate.js';
import { normalise } from './normalise.js';
import type { DraftRule } from './rule.js';
import { tooLong } from './tooLong.js';
import { tooShort } from './tooShort.js';

/** Rules that look at one draft, in the order they are applied. A new rule is one file and one line here. */
export const DRAFT_RULES: readonly DraftRule[] = [
  decode,
  htmlToText,
  normalise,
  tooShort,
  tooLong,
  markRelation,
];

/** Part of the step's key: a rule that changes makes a new dataset version. */
export const RULE_VERSIONS: Readonly<Record<string, number>> = Object.fromEntries(
  [...DRAFT_RULES, exactDuplicate, nearDuplicate].map(({ name, version }) => [name, version]),
);

export { exactDuplicate, nearDuplicate };
