import type { z } from 'zod';
import {
  type CollectSourceInput,
  type CollectSourceOutput,
  plumblineError,
  type Source,
  type SourceBatch,
  type SourceRecord,
} from '../../contracts/index.js';
import { mapConcurrently } from '../concurrency.js';
import { digestOf, sha256Hex } from '../digest.js';
import { createPace, throwIfCancelled } from '../pace.js';
import { runStep } from '../step.js';
import { tally } from '../tally.js';
import type { SourcesContext } from './ports.js';
import { recordsOf, type Survey, type SurveyedRecord, surveySource } from './survey.js';

const PUTS_AT_ONCE = 16;
const ROWS_A_INSERT = 2000;

const digestRecords = (records: readonly SurveyedRecord[]): string =>
  sha256Hex(
    records
      .map(({ recordId, label, group, quarantineReason }) =>
        JSON.stringify([recordId, label, group, ...(quarantineReason === null ? [] : [quarantineReason])]),
      )
      .join('\n'),
  );

const batchOf = (pipeline: string, source: Source, { records }: Survey): SourceBatch => {
  const readable = records.filter((record) => record.quarantineReason === null);
  return {
    kind: 'SourceBatch',
    pipeline,
    source: source.name,
    records: readable.length,
    bytes: readable.reduce((sum, record) => sum + record.bytes, 0),
    labels: tally(readable.flatMap((record) => record.counted)),
    groups: tally(readable.map((record) => record.group)),
    quarantined: tally(records.flatMap((record) => record.quarantineReason ?? [])),
    recordsDigest: digestRecords(records),
  };
};

/** Reads the source a second time and puts the raw bytes of the surveyed records into the object store. */
const storeRaw = async (ctx: SourcesContext, source: Source, survey: Survey): Promise<void> => {
  const waiting = new Set(
    survey.records.filter((record) => record.keepsRaw).map((record) => record.recordId),
  );
  const total = waiting.size;
  const pace = createPace(ctx, { activity: `storing ${source.name}`, unit: 'records', total });
  async function* wanted(): AsyncGenerator<Uint8Array> {
    for await (const { raw, sha256 } of recordsOf(source, { ...ctx, cursor: null }))
      if (raw !== null && waiting.delete(sha256)) yield raw;
  }
  let stored = 0;
  for await (const _ref of mapConcurrently(wanted(), PUTS_AT_ONCE, (raw) => ctx.blobs.put(raw)))
    await pace.tick(++stored);
  pace.finish(stored);
  if (waiting.size > 0)
    throw plumblineError(
      'SOURCE_UNREADABLE',
      `source ${source.name}: ${waiting.size} records changed or vanished while they were collected; collect again`,
      { details: { source: source.name, missing: waiting.size } },
    );
};

const insertRecords = async (
  ctx: SourcesContext,
  survey: Survey,
  of: Pick<SourceRecord, 'pipeline' | 'source' | 'batchId'>,
): Promise<void> => {
  for (let start = 0; start < survey.records.length; start += ROWS_A_INSERT) {
    throwIfCancelled(ctx.signal);
    const chunk = survey.records.slice(start, start + ROWS_A_INSERT);
    await ctx.records.insert(
      chunk.map(({ keepsRaw: _, counted: _counted, ...record }) => ({ ...of, ...record })),
    );
  }
};

/**
 * Collects a source: raw bytes into the object store under their digest, a row with provenance a record, and a
 * SourceBatch that names them all. The same contents again give the same batch and write nothing.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, LABEL_UNKNOWN, PIPELINE_INVALID, ATTEMPT_FENCED, CANCELLED
 */
export const collectSource = async ({
  ctx,
  input,
}: {
  ctx: SourcesContext;
  input: z.infer<typeof CollectSourceInput>;
}): Promise<z.infer<typeof CollectSourceOutput>> => {
  const { pipeline } = input;
  const source = pipeline.sources.find((candidate) => candidate.name === input.source);
  if (source === undefined)
    throw plumblineError('PIPELINE_INVALID', `pipeline ${pipeline.name} has no source "${input.source}"`, {
      details: { source: input.source, sources: pipeline.sources.map((candidate) => candidate.name) },
    });
  const survey = await surveySource(ctx, source, pipeline.labels);
  const batch = batchOf(pipeline.name, source, survey);
  const batchId = digestOf(batch);
  // Where a folder lies does not change what is in it.
  const { root: _, ...definition } = { root: null, ...source };
  const step = await runStep({
    ctx,
    kind: 'SourceBatch',
    key: digestOf({
      step: 'collectSource',
      pipeline: pipeline.name,
      source: definition,
      recordsDigest: batch.recordsDigest,
    }),
    make: async () => {
      await storeRaw(ctx, source, survey);
      await insertRecords(ctx, survey, {
        pipeline: pipeline.name,
        source: source.name,
        batchId,
      });
      return batch;
    },
  });
  const quarantined = Object.values(step.artifact.quarantined).reduce((sum, count) => sum + count, 0);
  ctx.log.info(
    {
      source: source.name,
      batchId: step.id,
      records: batch.records,
      quarantined: batch.quarantined,
      identical: survey.identical,
      reused: step.reused,
    },
    'source collected',
  );
  return { batchId: step.id, records: step.artifact.records, quarantined, reused: step.reused };
};
