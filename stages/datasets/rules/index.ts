import type { CleaningRecipe } from '../../../contracts/index.js';
import { boilerplate } from './boilerplate.js';
import { c4Quality } from './c4Quality.js';
import { dates } from './dates.js';
import { decode } from './decode.js';
import { decontamination } from './decontamination.js';
import { encodingRepair } from './encodingRepair.js';
import { exactDuplicate } from './exactDuplicate.js';
import { gopherQuality } from './gopherQuality.js';
import { han } from './han.js';
import { htmlToText } from './htmlToText.js';
import { language } from './language.js';
import { markRelation } from './markRelation.js';
import { missingValues } from './missingValues.js';
import { nearDuplicate } from './nearDuplicate.js';
import { normalise } from './normalise.js';
import { numbers } from './numbers.js';
import { outliers } from './outliers.js';
import { pii } from './pii.js';
import type { CorpusRule, DraftRule, RuleEntry } from './rule.js';
import { specialCharacters } from './specialCharacters.js';
import { spelling } from './spelling.js';
import { tooLong } from './tooLong.js';
import { tooShort } from './tooShort.js';
import { units } from './units.js';
import { width } from './width.js';

/** Rules that look at one draft, in the order they are applied. A new rule is one file and one line here. */
export const DRAFT_RULES: readonly DraftRule[] = [
  decode,
  htmlToText,
  // Misread bytes look like controls, which normalisation removes; what the next ones leave behind it tidies up.
  encodingRepair,
  specialCharacters,
  width,
  boilerplate,
  c4Quality,
  normalise,
  han,
  language,
  gopherQuality,
  dates,
  numbers,
  units,
  tooShort,
  tooLong,
  markRelation,
];

/** Rules that learn from all drafts first, or ask the world: those on rows before the draft rules, the others after them. */
export const CORPUS_RULES: readonly CorpusRule[] = [missingValues, decontamination, outliers, spelling, pii];

/** A rule as the documentation lists it. */
export type ListedRule = RuleEntry & Partial<Pick<CorpusRule, 'learns'>>;

const COMPARING: readonly RuleEntry[] = [
  {
    ...exactDuplicate,
    on: {
      always: 'Of records with the same text and label one is kept; without a majority of one label, none.',
    },
    reasons: ['exact-duplicate', 'conflicting-label'],
  },
  {
    ...nearDuplicate,
    on: {
      always: 'Records with nearly the same text are one cluster, which never crosses a split; one is kept.',
    },
    reasons: ['near-duplicate', 'conflicting-label'],
  },
];

/** All rules in the order in which they act. */
export const RULES: readonly ListedRule[] = [
  ...CORPUS_RULES.filter(({ sees }) => sees === 'rows'),
  ...DRAFT_RULES,
  ...CORPUS_RULES.filter(({ sees }) => sees === 'texts'),
  ...COMPARING,
];

const isOn = ({ on }: RuleEntry, recipe: CleaningRecipe): boolean =>
  'always' in on || recipe[on.section] !== undefined;

/** Part of the step's key: a rule that changes makes a new dataset version of the recipes that use it. */
export const ruleVersions = (recipe: CleaningRecipe): Readonly<Record<string, number>> =>
  Object.fromEntries(RULES.filter((rule) => isOn(rule, recipe)).map(({ name, version }) => [name, version]));

export { exactDuplicate, nearDuplicate };
