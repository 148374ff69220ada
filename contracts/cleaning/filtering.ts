import { z } from 'zod';

/** Rules that drop records. Each is off until its section is there; `{}` takes every default. */
export const LanguageRecipe = z
  .strictObject({
    keep: z
      .array(z.string().regex(/^[a-z]{2}$/, 'a two-letter ISO 639-1 code'))
      .min(1)
      .describe('ISO 639-1 codes of the languages that are kept.'),
    charactersMin: z
      .number()
      .int()
      .min(1)
      .default(20)
      .describe('Shorter texts are kept: nobody can tell their language.'),
    undecided: z
      .enum(['keep', 'drop'])
      .default('keep')
      .describe('What becomes of texts whose language cannot be told reliably.'),
  })
  .describe('Drops texts in other languages.');

export const C4QualityRecipe = z
  .strictObject({
    terminalPunctuation: z
      .boolean()
      .default(true)
      .describe('Lines that end without a full stop, question mark, exclamation mark or quote go.'),
    lineWordsMin: z.number().int().min(0).default(3).describe('Lines of fewer words go.'),
    wordCharactersMax: z.number().int().min(10).default(1000).describe('Lines with a longer word go.'),
    sentencesMin: z.number().int().min(0).default(5).describe('Texts of fewer sentences are dropped.'),
    javascript: z.boolean().default(true).describe('Lines that mention JavaScript go.'),
    policy: z.boolean().default(true).describe('Lines about cookies, privacy policy and terms of use go.'),
    loremIpsum: z.boolean().default(true).describe('Texts with “lorem ipsum” are dropped.'),
    curlyBracket: z.boolean().default(true).describe('Texts with “{” are dropped.'),
  })
  .describe('Quality rules of C4 (Raffel et al. 2020) for web pages.');

const Share = z.number().min(0).max(1);

export const GopherQualityRecipe = z
  .strictObject({
    wordsMin: z.number().int().min(0).default(50).describe('Texts of fewer words are dropped.'),
    wordsMax: z.number().int().min(1).default(100_000).describe('Texts of more words are dropped.'),
    wordCharactersMeanMin: z.number().min(0).default(3).describe('Lower bound of the mean word length.'),
    wordCharactersMeanMax: z.number().min(1).default(10).describe('Upper bound of the mean word length.'),
    symbolsPerWordMax: z.number().min(0).default(0.1).describe('Hash signs, or ellipses, for each word.'),
    bulletLinesMax: Share.default(0.9).describe('Share of lines that begin with a bullet.'),
    ellipsisLinesMax: Share.default(0.3).describe('Share of lines that end with an ellipsis.'),
    alphabeticWordsMin: Share.default(0.8).describe('Share of words with at least one letter.'),
    stopWordsMin: z
      .number()
      .int()
      .min(0)
      .default(2)
      .describe('Different ones of the, be, to, of, and, that, have, with; 0 for other languages.'),
    repetition: z
      .boolean()
      .default(true)
      .describe('Also the bounds on repeated lines, paragraphs and n-grams of table A1.'),
  })
  .describe('Quality and repetition rules of Gopher (Rae et al. 2021, table A1).');

const Bound = (meaning: string) =>
  z
    .strictObject({
      method: z
        .enum(['iqr', 'z-score'])
        .default('iqr')
        .describe(
          'iqr: so many interquartile ranges beyond the quartiles; z-score: so many deviations off the mean.',
        ),
      factor: z
        .number()
        .positive()
        .optional()
        .describe('How many; 3 when left out. Tukey’s fences have 1.5.'),
    })
    .optional()
    .describe(meaning);

export const OutliersRecipe = z
  .strictObject({
    length: Bound('The logarithm of the number of characters.'),
    entropy: Bound('Entropy of the characters in bits, up to the first 10,000.'),
    symbols: Bound('Share of characters that are no letters, digits or white space.'),
    recordsMin: z
      .number()
      .int()
      .min(2)
      .default(30)
      .describe('Of fewer records nothing is dropped: bounds would be guesses.'),
  })
  .describe('Drops texts whose measures lie far from those of the other texts.');

export const DecontaminationRecipe = z
  .strictObject({
    files: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Test texts: .jsonl (field `text`) or plain text (one a line), relative to the pipeline file.',
      ),
    field: z.string().min(1).default('text').describe('Field of .jsonl records that holds the text.'),
    datasets: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'the id of a dataset version'))
      .default([])
      .describe('Dataset versions whose test split is test text.'),
    ngramWords: z
      .number()
      .int()
      .min(3)
      .max(50)
      .default(13)
      .describe('Words in a row that both have; a shorter test text must be there as a whole.'),
  })
  .describe(
    'Drops texts that share n words in a row with a test text (GPT-3, Brown et al. 2020, appendix C).',
  );
