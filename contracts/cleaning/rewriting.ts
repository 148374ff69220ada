import { z } from 'zod';

/** Rules that rewrite a text. Each is off until its section is there; `{}` takes every default. */
export const EncodingRepairRecipe = z
  .strictObject({
    encodings: z
      .array(z.enum(['windows-1252', 'windows-1251', 'macintosh', 'windows-1250', 'iso-8859-2']))
      .min(1)
      .default(['windows-1252', 'windows-1251', 'macintosh'])
      .describe('What UTF-8 may have been read as, tried in this order.'),
  })
  .describe('Repairs text whose UTF-8 was once read in another encoding (“Ã¤” for “ä”).');

export const SpecialCharactersRecipe = z
  .strictObject({
    emoji: z
      .enum(['keep', 'remove'])
      .default('keep')
      .describe('remove: emoji with their modifiers and joiners go.'),
    zeroWidth: z
      .enum(['keep', 'remove'])
      .default('remove')
      .describe('Joiners and variation selectors outside of emoji and of scripts that need them.'),
    confusables: z
      .enum(['keep', 'fold'])
      .default('fold')
      .describe('fold: Cyrillic and Greek letters that look Latin become Latin in words with Latin letters.'),
    typography: z
      .enum(['keep', 'plain'])
      .default('keep')
      .describe('plain: curly quotes, dashes and ellipses become ASCII.'),
  })
  .describe('What becomes of emoji, invisible characters, look-alike letters and typographic signs.');

export const WidthRecipe = z
  .strictObject({
    punctuation: z
      .boolean()
      .default(true)
      .describe('Also full-width punctuation; false leaves it, as Chinese text is set with it.'),
  })
  .describe('Full-width letters and digits become half-width, half-width katakana and hangul full-width.');

export const HanRecipe = z
  .strictObject({
    from: z
      .enum(['cn', 'tw', 'twp', 'hk', 't'])
      .describe('cn: simplified; t, tw, hk: traditional; twp: Taiwan with its own phrases.'),
    to: z.enum(['cn', 'tw', 'twp', 'hk', 't']).describe('The same names.'),
  })
  .describe('Converts between Traditional and Simplified Chinese with the tables of OpenCC.');

export const BoilerplateRecipe = z
  .strictObject({
    signatures: z
      .boolean()
      .default(true)
      .describe('What follows “-- ” on a line of its own, and “Sent from my …”.'),
    quotedReplies: z
      .boolean()
      .default(true)
      .describe(
        'Lines that begin with “>” and what introduces them; all below “-----Original Message-----”.',
      ),
    navigation: z
      .boolean()
      .default(true)
      .describe('Lines of menus, cookie banners, copyright and unsubscribe notices.'),
  })
  .describe('Removes signatures, quoted replies and the frame of web pages, judged one text at a time.');

const Locale = z.enum(['en', 'en-GB', 'de', 'fr', 'zh']);

export const DatesRecipe = z
  .strictObject({
    locale: Locale.default('en').describe(
      'Whose words and order: en reads 3/4 as March 4th, en-GB, de and fr as April 3rd; zh knows 年月日.',
    ),
  })
  .describe('Full dates become ISO 8601 (2026-11-24); a date without its year is left as it is.');

export const NumbersRecipe = z
  .strictObject({
    locale: z
      .enum(['en', 'de', 'fr', 'ch', 'zh'])
      .default('en')
      .describe('en, zh: 1,234.56; de: 1.234,56; fr: 1 234,56; ch: 1’234.56.'),
    chineseNumerals: z
      .boolean()
      .default(true)
      .describe('For zh: 三万二千五百 becomes 32500; lone digits in words stay.'),
  })
  .describe('Grouped and decimal numbers become 1234.56; codes, dates, addresses and versions stay.');

export const UnitsRecipe = z
  .strictObject({
    locale: z.enum(['en', 'de', 'fr', 'zh']).default('en').describe('Names of units that are known.'),
    kinds: z
      .array(z.enum(['mass', 'length', 'temperature', 'data', 'currency']))
      .min(1)
      .default(['mass', 'length', 'temperature', 'data', 'currency'])
      .describe('mass in kg, length in m, temperature in °C, data in B; currencies get their ISO 4217 code.'),
  })
  .describe('Quantities are written in one unit a kind; amounts of money are never converted.');

export const SpellingRecipe = z
  .strictObject({
    editsMax: z
      .number()
      .int()
      .min(1)
      .max(2)
      .default(1)
      .describe('Letters that may be wrong, missing, too many or swapped.'),
    lettersMin: z.number().int().min(3).default(6).describe('Shorter words are never corrected.'),
    frequencyMin: z
      .number()
      .int()
      .min(2)
      .default(3)
      .describe('A word in so many records is a word of the domain and right.'),
    words: z.array(z.string().min(1)).default([]).describe('Words that are right as well.'),
    seenOnly: z
      .boolean()
      .default(true)
      .describe('Corrects only to words that some record has; false takes any word of the dictionary.'),
  })
  .describe(
    'Corrects English words by dictionary and the domain’s own vocabulary; names, codes, numbers, addresses and entities are never touched.',
  );
