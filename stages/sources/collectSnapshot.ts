import { plumblineError, type Source } from '../../contracts/index.js';
import { mapConcurrently } from '../concurrency.js';
import { digestOf } from '../digest.js';
import { createPace } from '../pace.js';
import { runStep } from '../step.js';
import { type BatchOwner, batchOf, definitionOf, insertRecords } from './batch.js';
import type { Gathered } from './gather.js';
import type { SourcesContext } from './ports.js';
import { recordsOf, surveySource } from './survey.js';

const PUTS_AT_ONCE = 16;

/** Reads the source a second time and puts the raw bytes of the surveyed records into the object store. */
const storeRaw = async (ctx: SourcesContext, source: Source, survey: Gathered): Promise<void> => {
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

/**
 * Collects all there is into one batch. The source is read twice: the first reading gives the digest that tells
 * whether anything is to be done at all, and holds no bytes; the second stores them.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, LABEL_UNKNOWN, ATTEMPT_FENCED, CANCELLED, and what its connector throws
 */
export const collectSnapshot = async (ctx: SourcesContext, owner: BatchOwner, source: Source) => {
  const survey = await surveySource(ctx, source, owner.labels);
  const batch = batchOf(owner, source, survey.records);
  const step = await runStep({
    ctx,
    kind: 'SourceBatch',
    key: digestOf({
      step: 'collectSource',
      pipeline: owner.name,
      source: definitionOf(source),
      recordsDigest: batch.recordsDigest,
    }),
    make: async () => {
      await storeRaw(ctx, source, survey);
      await insertRecords(ctx, batch, survey.records);
      return batch;
    },
  });
  return { ...step, identical: survey.identical };
};
