import { z } from 'zod';
import { Percentage } from '../fields.js';
import {
  C4QualityRecipe,
  DecontaminationRecipe,
  GopherQualityRecipe,
  LanguageRecipe,
  OutliersRecipe,
} from './filtering.js';
import {
  BoilerplateRecipe,
  DatesRecipe,
  EncodingRepairRecipe,
  HanRecipe,
  NumbersRecipe,
  SpecialCharactersRecipe,
  SpellingRecipe,
  UnitsRecipe,
  WidthRecipe,
} from './rewriting.js';
import { MissingValuesRecipe, PiiRecipe } from './rows.js';

export { PII_KINDS, type PiiKind } from './rows.js';

/**
 * The pipeline file's `dataset.cleaning`. A rule that can be left out has an optional section and no default, so
 * that the recipes of datasets that do without it, and with them their ids, stay what they are.
 */
export const CleaningRecipe = z.strictObject({
  textCharactersMax: z
    .number()
    .int()
    .min(100)
    .default(20_000)
    .describe('Longer texts are cut; the cut is recorded as a change.'),
  textCharactersMin: z.number().int().min(0).default(10).describe('Shorter texts are dropped.'),
  nearDuplicates: z
    .strictObject({
      jaccard: Percentage.default(0.8).describe('Pairs at least this similar are near-duplicates.'),
      shingleWords: z.number().int().min(1).max(10).default(3).describe('Words in a shingle.'),
      permutations: z
        .number()
        .int()
        .min(16)
        .max(512)
        .default(128)
        .describe('Positions of a MinHash sketch; more find more of the less similar pairs.'),
      sketch: z
        .enum(['minhash', 'simhash'])
        .optional()
        .describe(
          'What finds the candidates: minhash (also when left out) or simhash, which finds fewer in more time.',
        ),
      alignment: Percentage.optional().describe(
        'Compare candidates by the share of words that they have in the same order, and join from this share on, in place of `jaccard`. Finds copies that were edited all over; 0.75 suits most texts, with `shingleWords` 2.',
      ),
      drop: z
        .boolean()
        .default(true)
        .describe('Keep one record of each cluster; false keeps all but never lets a cluster cross a split.'),
    })
    .prefault({}),
  missingValues: MissingValuesRecipe.optional(),
  encodingRepair: EncodingRepairRecipe.optional(),
  specialCharacters: SpecialCharactersRecipe.optional(),
  width: WidthRecipe.optional(),
  han: HanRecipe.optional(),
  boilerplate: BoilerplateRecipe.optional(),
  c4Quality: C4QualityRecipe.optional(),
  gopherQuality: GopherQualityRecipe.optional(),
  language: LanguageRecipe.optional(),
  decontamination: DecontaminationRecipe.optional(),
  dates: DatesRecipe.optional(),
  units: UnitsRecipe.optional(),
  numbers: NumbersRecipe.optional(),
  pii: PiiRecipe.optional(),
  outliers: OutliersRecipe.optional(),
  spelling: SpellingRecipe.optional(),
});
export type CleaningRecipe = z.infer<typeof CleaningRecipe>;

/** The rules that have a section of their own. */
export type OptionalRule = {
  [K in keyof CleaningRecipe]-?: undefined extends CleaningRecipe[K] ? K : never;
}[keyof CleaningRecipe];
export type RecipeOf<K extends OptionalRule> = NonNullable<CleaningRecipe[K]>;
