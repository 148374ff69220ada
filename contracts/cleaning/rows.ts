import { z } from 'zod';
import { SecretRef } from '../fields.js';

/** Rules on fields and on what is in a text about people. */
export const MissingValuesRecipe = z
  .array(
    z.strictObject({
      field: z.string().min(1).describe('The field, one of the source’s `textFields`.'),
      method: z
        .enum(['drop', 'constant', 'mean', 'median', 'mode', 'model'])
        .describe(
          'drop: rows without it; constant: `value`; mean, median: of its numbers; mode: its most frequent value; model: the values of the most similar rows.',
        ),
      value: z.union([z.string(), z.number()]).optional().describe('What constant puts in.'),
      from: z.array(z.string().min(1)).default([]).describe('Fields by which model finds similar rows.'),
      neighbours: z.number().int().min(1).max(50).default(5).describe('Similar rows that model asks.'),
    }),
  )
  .superRefine((rules, context) => {
    rules.forEach(({ method, value, from }, index) => {
      if (method === 'constant' && value === undefined)
        context.addIssue({ code: 'custom', path: [index, 'value'], message: 'constant needs a value' });
      if (method === 'model' && from.length === 0)
        context.addIssue({ code: 'custom', path: [index, 'from'], message: 'model needs fields to go by' });
    });
  })
  .describe('What becomes of row fields that are absent, null or empty.');

export const PII_KINDS = [
  'email',
  'phone',
  'card',
  'iban',
  'ip',
  'us-ssn',
  'de-tax-id',
  'cn-resident-id',
  'fr-nir',
  'uk-nino',
] as const;
export type PiiKind = (typeof PII_KINDS)[number];

export const PiiRecipe = z
  .strictObject({
    kinds: z
      .array(z.enum(PII_KINDS))
      .min(1)
      .default([...PII_KINDS])
      .describe('What is looked for; numbers with check digits count only when those are right.'),
    action: z
      .enum(['mask', 'hash', 'drop'])
      .default('mask')
      .describe('mask: [EMAIL]; hash: [EMAIL:1f9a…], the same for the same value; drop: the record.'),
    key: SecretRef.optional().describe(
      'For hash: key of the HMAC, so that nobody can try all phone numbers.',
    ),
  })
  .superRefine(({ action, key }, context) => {
    if (action === 'hash' && key === undefined)
      context.addIssue({ code: 'custom', path: ['key'], message: 'hash needs a key' });
  })
  .describe('Finds personal data and masks it, makes it a pseudonym, or drops the record.');
