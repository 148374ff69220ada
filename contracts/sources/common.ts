import { z } from 'zod';
import { Name } from '../fields.js';

const LabelRule = z.strictObject({
  glob: z.string().min(1).describe('Glob over the path of the file, for example "**/spam-*/*".'),
  label: z.string().min(1).describe('The label, one of `labels`.'),
});

/** What every source has, whatever its connector. */
export const sourceFields = {
  name: Name,
  label: z
    .discriminatedUnion('from', [
      z.strictObject({
        from: z.literal('path').describe('By the path of the file.'),
        rules: z.array(LabelRule).min(1).describe('The first rule whose glob fits gives the label.'),
      }),
      z.strictObject({
        from: z.literal('field').describe('By a field of the row.'),
        field: z.string().min(1).describe('Name of the field.'),
      }),
      z.strictObject({
        from: z.literal('entities').describe('By spans of the text, for token-classification.'),
        field: z
          .string()
          .min(1)
          .default('entities')
          .describe('List of { start, end, label }; positions in UTF-16 code units.'),
      }),
      z.strictObject({
        from: z.literal('relation').describe('By two spans of the text, for relation-classification.'),
        field: z.string().min(1).default('label').describe('Name of the field with the relation.'),
        head: z.string().min(1).default('head').describe('Field of the first span, { start, end }.'),
        tail: z.string().min(1).default('tail').describe('Field of the second span, { start, end }.'),
      }),
    ])
    .describe('Where a record’s label comes from: the path of its file, a field of the row, or its spans.'),
  group: z
    .discriminatedUnion('from', [
      z.strictObject({ from: z.literal('folder').describe('By the folder of the file.') }),
      z.strictObject({
        from: z.literal('field').describe('By a field of the row.'),
        field: z.string().min(1).describe('Name of the field.'),
      }),
      z.strictObject({ from: z.literal('source').describe('By the name of the source.') }),
    ])
    .prefault({ from: 'source' })
    .describe('The group a record is sliced by: its folder, a field, or the source’s name.'),
  textFields: z
    .array(z.string().min(1))
    .default(['subject', 'text'])
    .describe('For row formats: the fields whose texts reach the model, in order.'),
  recordBytesMax: z
    .number()
    .int()
    .positive()
    .default(10_000_000)
    .describe('Records larger than this are quarantined.'),
  batchRecordsMax: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(50_000)
    .describe('For sources that are read on from where they were left: a batch ends at this many records.'),
  batchBytesMax: z
    .number()
    .int()
    .positive()
    .default(250_000_000)
    .describe('For the same sources: a batch ends at this many bytes.'),
};
