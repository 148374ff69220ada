import {
  canonicalJson,
  PlumblineError,
  plumblineError,
  type Source,
  type SourceBatch,
} from '../../contracts/index.js';
import { digestOf } from '../digest.js';
import { createPace } from '../pace.js';
import type { StepResult } from '../step.js';
import { type BatchOwner, batchOf, definitionOf, insertRecords } from './batch.js';
import type { Connector, ConnectorContext, Cursor, Page, RawRecord } from './connectors/connector.js';
import { type Gathered, gatherRecords } from './gather.js';
import { createLabeller, type RecordLabel } from './labels.js';
import type { SourcesContext } from './ports.js';
import { createPuts } from './puts.js';

const CURSOR_BYTES_MAX = 16 * 1024;

/** What one pass has read. */
interface Reading extends Gathered {
  readonly cursor: Cursor;
  /** False when the source had no more. */
  readonly more: boolean;
  readonly acknowledgements: readonly (() => Promise<void>)[];
  /** What the first record without a usable label was refused with. */
  readonly unlabelled: PlumblineError | null;
}

const checkCursor = (source: Source, cursor: Cursor): Cursor => {
  const bytes = Buffer.byteLength(canonicalJson(cursor));
  if (bytes <= CURSOR_BYTES_MAX) return cursor;
  throw plumblineError(
    'INTERNAL',
    `source ${source.name}: its cursor has ${bytes} bytes; at most ${CURSOR_BYTES_MAX} may be kept`,
    { details: { source: source.name, bytes, bytesMax: CURSOR_BYTES_MAX } },
  );
};

/** A record that nobody can label is quarantined: what has left a queue cannot be corrected where it came from. */
const createStreamLabeller = (source: Source, labels: readonly string[]) => {
  const labeller = createLabeller(source, labels);
  let refused: PlumblineError | null = null;
  return {
    refused: () => refused,
    label: (record: RawRecord): RecordLabel => {
      if (record.fault !== null) return labeller.find(record);
      try {
        return labeller.require(record);
      } catch (thrown) {
        if (!(thrown instanceof PlumblineError) || thrown.code !== 'LABEL_UNKNOWN') throw thrown;
        refused ??= thrown;
        return { ...labeller.find(record), fault: 'unknown-label' };
      }
    },
  };
};

/** Reads up to the bounds of a batch, storing raw bytes on the way. */
const readOn = async (
  ctx: SourcesContext,
  source: Source,
  labels: readonly string[],
  pages: AsyncIterator<Page>,
  { from, head }: { readonly from: Cursor; readonly head: string | null },
): Promise<Reading> => {
  const labeller = createStreamLabeller(source, labels);
  const gather = gatherRecords(source, labeller.label);
  const pace = createPace(ctx, { activity: `reading ${source.name}`, unit: 'records' });
  const puts = createPuts(ctx.blobs);
  const acknowledgements: (() => Promise<void>)[] = [];
  let cursor = from;
  let [read, bytes] = [0, 0];
  const isFull = (): boolean => read >= source.batchRecordsMax || bytes >= source.batchBytesMax;
  try {
    while (!isFull()) {
      await pace.tick(read);
      const next = await pages.next();
      if (next.done === true) break;
      const page = next.value;
      for (const record of page.records) {
        read += 1;
        bytes += record.bytes;
        if (gather.add(record) && record.raw !== null) await puts.add(record.raw);
      }
      if (page.acknowledge !== undefined) acknowledgements.push(page.acknowledge);
      cursor = checkCursor(source, page.cursor);
      if (page.records.length === 0) break;
    }
  } catch (thrown) {
    // A source that has been read before may well have nothing new.
    if (!(thrown instanceof PlumblineError) || thrown.code !== 'SOURCE_EMPTY' || head === null) throw thrown;
  } finally {
    await puts.settled();
  }
  await puts.all();
  pace.finish(read);
  return { ...gather.gathered(), cursor, more: isFull(), acknowledgements, unlabelled: labeller.refused() };
};

/** Leaves out what earlier batches of the chain hold: queues deliver again what was not acknowledged in time. */
const onlyNew = async (
  ctx: SourcesContext,
  of: { readonly pipeline: string; readonly source: string },
  head: string | null,
  { records }: Gathered,
): Promise<Gathered['records']> => {
  if (head === null || records.length === 0) return records;
  const held = await ctx.records.heldByChain(
    { ...of, head },
    records.map(({ recordId }) => recordId),
  );
  return records.filter(({ recordId }) => !held.has(recordId));
};

export interface Increment extends StepResult<'SourceBatch'> {
  readonly identical: number;
  readonly more: boolean;
}

/**
 * Collects the next batch of a source that is read on from where its newest batch ended. Batches make a chain:
 * each names the one before, has one successor, and holds no record that an earlier one holds. Only once a batch
 * is published are its pages acknowledged, so whenever the process dies, nothing is lost and nothing doubled.
 * @throws SOURCE_EMPTY when there has never been a record; LABEL_UNKNOWN when no record of the first batch has a
 * label; ATTEMPT_FENCED, CANCELLED, and what its connector throws
 */
export const collectIncrement = async <S extends Source>(
  ctx: SourcesContext,
  connector: Pick<Connector<S>, 'read'>,
  owner: BatchOwner,
  source: S,
): Promise<Increment> => {
  const of = { pipeline: owner.name, source: source.name };
  const head = await ctx.heads.head(of);
  const before = head === null ? null : await ctx.artifacts.get('SourceBatch', head);
  const definition = digestOf(definitionOf(source));
  // A source that was defined anew is read from its beginning; what the chain holds is not stored again.
  const from = before?.definition === definition ? (before.cursor ?? null) : null;
  const context: ConnectorContext = {
    signal: ctx.signal,
    log: ctx.log,
    secrets: ctx.secrets,
    blobs: ctx.blobs,
    cursor: from,
  };
  const pages = connector.read(source, context)[Symbol.asyncIterator]();
  try {
    const reading = await readOn(ctx, source, owner.labels, pages, { from, head });
    const records = await onlyNew(ctx, of, head, reading);
    const { more, identical } = reading;
    if (head === null && reading.records.length === 0)
      throw plumblineError('SOURCE_EMPTY', `source ${source.name} has no record yet`, {
        details: { source: source.name },
      });
    if (head === null && reading.unlabelled !== null && records.every(isUnlabelled)) throw reading.unlabelled;
    // A batch without new records is published only to move the cursor past what many records have filled.
    const reused = records.length === 0 && !more;
    const batch: SourceBatch =
      before !== null && reused
        ? before
        : {
            ...batchOf(owner, source, records),
            ...(head !== null && { previous: head }),
            // The schema of the artifact says JSON, which a cursor is, in mutable arrays.
            cursor: reading.cursor as NonNullable<SourceBatch['cursor']>,
            definition,
          };
    const id = head !== null && batch === before ? head : await publish(ctx, batch, records);
    for (const acknowledge of reading.acknowledgements) await acknowledge();
    return { id, artifact: batch, reused, identical, more };
  } finally {
    await pages.return?.();
  }
};

/** The step is named by its predecessor: of any number of racing runs, one finishes it. */
const publish = async (
  ctx: SourcesContext,
  batch: SourceBatch,
  records: Gathered['records'],
): Promise<string> => {
  const { pipeline, source, previous = null } = batch;
  const key = digestOf({ step: 'collectSource', pipeline, source, previous });
  const fence = await ctx.artifacts.acquireFence(key, { runId: ctx.runId, attempt: ctx.attempt });
  await insertRecords(ctx, batch, records);
  return ctx.heads.advance(batch, { key, fence, now: ctx.now });
};

const isUnlabelled = ({ quarantineReason }: { readonly quarantineReason: string | null }): boolean =>
  quarantineReason === 'unknown-label';
