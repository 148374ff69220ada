import type { Pipeline, Source, SourceBatch, SourceRecord } from '../../contracts/index.js';
import { digestOf, sha256Hex } from '../digest.js';
import { throwIfCancelled } from '../pace.js';
import { tally } from '../tally.js';
import type { GatheredRecord } from './gather.js';
import type { SourcesContext } from './ports.js';

const ROWS_A_INSERT = 2000;

const digestRecords = (records: readonly GatheredRecord[]): string =>
  sha256Hex(
    records
      .map(({ recordId, label, group, quarantineReason }) =>
        JSON.stringify([recordId, label, group, ...(quarantineReason === null ? [] : [quarantineReason])]),
      )
      .join('\n'),
  );

/** Whose batches they are, and the labels that their records may have. */
export type BatchOwner = Pick<Pipeline, 'name' | 'labels'>;

/** What a batch of these records, ordered by their ids, says of them. */
export const batchOf = (
  { name: pipeline }: BatchOwner,
  { name: source }: Source,
  records: readonly GatheredRecord[],
): SourceBatch => {
  const readable = records.filter((record) => record.quarantineReason === null);
  return {
    kind: 'SourceBatch',
    pipeline,
    source,
    records: readable.length,
    bytes: readable.reduce((sum, record) => sum + record.bytes, 0),
    labels: tally(readable.flatMap((record) => record.counted)),
    groups: tally(readable.map((record) => record.group)),
    quarantined: tally(records.flatMap((record) => record.quarantineReason ?? [])),
    recordsDigest: digestRecords(records),
  };
};

/** What decides which records a source has: all of it but where its folder lies and how its batches are cut. */
export const definitionOf = (source: Source): object => {
  const { batchRecordsMax: _, batchBytesMax: _bytes, ...definition } = source;
  if (definition.connector !== 'files') return definition;
  const { root: _root, ...elsewhere } = definition;
  return elsewhere;
};

/** A row a record, under the id that the batch will have. */
export const insertRecords = async (
  ctx: SourcesContext,
  batch: SourceBatch,
  records: readonly GatheredRecord[],
): Promise<void> => {
  const { pipeline, source } = batch;
  const of: Pick<SourceRecord, 'pipeline' | 'source' | 'batchId'> = {
    pipeline,
    source,
    batchId: digestOf(batch),
  };
  for (let start = 0; start < records.length; start += ROWS_A_INSERT) {
    throwIfCancelled(ctx.signal);
    const chunk = records.slice(start, start + ROWS_A_INSERT);
    await ctx.records.insert(
      chunk.map(({ keepsRaw: _, counted: _counted, ...record }) => ({ ...of, ...record })),
    );
  }
};

export const quarantinedIn = ({ quarantined }: SourceBatch): number =>
  Object.values(quarantined).reduce((sum, count) => sum + count, 0);
