import { z } from 'zod';
import { Sha256 } from './artifacts.js';
import { Name } from './fields.js';
import { PIPELINE_API_VERSION } from './pipeline.js';
import { Source } from './sources/index.js';

/** How often a collection that fails is tried again, before it counts as one failure of the source. */
export const CollectionRetry = z.strictObject({
  attemptsMax: z.number().int().min(1).max(100).default(5).describe('Attempts of one collection.'),
  waitSeconds: z.number().positive().default(1).describe('Before the second attempt; doubled each time.'),
  waitSecondsMax: z.number().positive().default(60).describe('Longest wait between two attempts.'),
});
export type CollectionRetry = z.infer<typeof CollectionRetry>;

const Schedule = z.union([
  z.strictObject({
    cron: z
      .string()
      .regex(/^(\S+\s+){4}\S+$/, 'five fields: minute, hour, day of the month, month, day of the week')
      .describe('Five fields, in UTC.'),
  }),
  z.strictObject({
    everyMinutes: z
      .number()
      .min(1 / 60)
      .max(527_040)
      .describe('Time between two collections.'),
  }),
]);

/**
 * A source that stands alone in the catalog, as its user writes it: collected on its own schedule or when an event
 * asks for it, whatever pipelines there are.
 */
export const SourceEntry = z
  .strictObject({
    apiVersion: z.literal(PIPELINE_API_VERSION).describe('Version of this format.'),
    description: z.string().max(500).default('').describe('What the source is, for people.'),
    labels: z.array(z.string().min(1).max(100)).min(1).max(1000).describe('Labels its records may have.'),
    source: Source.describe('What is read, and how: a section as in `sources` of a pipeline file.'),
    schedule: Schedule.nullable()
      .default(null)
      .describe('When it is collected; left out: only when POST /v1/sources/NAME/collect asks for it.'),
    retry: CollectionRetry.prefault({}),
    failuresMax: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Collections that fail in a row until the source is paused.'),
  })
  .superRefine(({ labels, source: { connector, label } }, context) => {
    if (connector === 'catalog')
      context.addIssue({
        code: 'custom',
        path: ['source', 'connector'],
        message: 'a source of the catalog reads something itself',
      });
    if (label.from !== 'path') return;
    label.rules.forEach((rule, position) => {
      if (!labels.includes(rule.label))
        context.addIssue({
          code: 'custom',
          path: ['source', 'label', 'rules', position, 'label'],
          message: `"${rule.label}" is not one of labels`,
        });
    });
  });
export type SourceEntry = z.infer<typeof SourceEntry>;

/** Why a collection failed; the message holds no secret. */
export const CollectionFailure = z.object({ code: z.string(), message: z.string().max(1000) });
export type CollectionFailure = z.infer<typeof CollectionFailure>;

/** A source of the catalog as it stands. */
export const SourceState = z
  .object({
    name: Name,
    entry: SourceEntry,
    /** Null while it is collected; else who paused it or what happened. */
    pausedBecause: z.string().nullable(),
    /** Failed collections since the last that succeeded. */
    failures: z.number().int().nonnegative(),
    lastFailure: CollectionFailure.extend({ at: z.iso.datetime() }).nullable(),
    lastCollectedAt: z.iso.datetime().nullable(),
    /** Its newest batch. */
    batchId: Sha256.nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'SourceState' });
export type SourceState = z.infer<typeof SourceState>;

/** A source that has just been created. */
export const newSourceState = (entry: SourceEntry, now: string): SourceState => ({
  name: entry.source.name,
  entry,
  pausedBecause: null,
  failures: 0,
  lastFailure: null,
  lastCollectedAt: null,
  batchId: null,
  createdAt: now,
});

export const SourceList = z.object({ sources: z.array(SourceState) }).meta({ id: 'SourceList' });
export type SourceList = z.infer<typeof SourceList>;

/** What answered when a source was tested. */
export const SourceTest = z.object({
  /** For people: product and version, number of files, … */
  found: z.string(),
  /** Names of the fields of the first record, where it has fields. */
  fields: z.array(z.string()),
});
export type SourceTest = z.infer<typeof SourceTest>;
