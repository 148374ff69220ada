import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AbortedTransaction, committedBatches, type LogBatch } from './committed.js';

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

/** What producers do, in the order of the log. */
const step = fc.record({
  producer: fc.integer({ min: 1, max: 3 }),
  does: fc.constantFrom('write', 'write', 'write', 'commit', 'abort', 'plain'),
});

interface Log {
  readonly batches: readonly LogBatch[];
  readonly aborted: readonly AbortedTransaction[];
  /** First offsets of the batches that readers of committed data see. */
  readonly visible: readonly bigint[];
}

const batchOf = (offset: number, producer: number, attributes: number, type?: number): LogBatch => ({
  firstOffset: BigInt(offset),
  lastOffsetDelta: 0,
  attributes,
  producerId: BigInt(producer),
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  records: [
    {
      offsetDelta: 0,
      timestampDelta: 0n,
      key: type === undefined ? null : Buffer.from([0, 0, 0, type]),
      value: null,
      headers: [],
    },
  ],
});

/** The log as a broker keeps it, cut where all transactions are decided, as the last stable offset does. */
const logOf = (steps: readonly { producer: number; does: string }[]): Log => {
  const open = new Map<number, number[]>();
  const batches: LogBatch[] = [];
  const aborted: AbortedTransaction[] = [];
  const visible: bigint[] = [];
  const end = (producer: number, type: number): void => {
    const written = open.get(producer);
    if (written === undefined) return;
    open.delete(producer);
    batches.push(batchOf(batches.length, producer, TRANSACTIONAL | CONTROL, type));
    if (type === 1) visible.push(...written.map(BigInt));
    else aborted.push({ producerId: BigInt(producer), firstOffset: BigInt(written[0]!) });
  };
  for (const { producer, does } of steps) {
    if (does === 'plain') {
      visible.push(BigInt(batches.length));
      batches.push(batchOf(batches.length, -1, 0));
    } else if (does === 'write') {
      open.set(producer, [...(open.get(producer) ?? []), batches.length]);
      batches.push(batchOf(batches.length, producer, TRANSACTIONAL));
    } else end(producer, does === 'commit' ? 1 : 0);
  }
  for (const producer of [...open.keys()]) end(producer, 0);
  return { batches, aborted, visible: visible.sort((a, b) => (a < b ? -1 : 1)) };
};

/** The answer to a fetch: some of the batches, and the transactions aborted in them or before whose marker is later. */
const fetchedFrom = ({ batches, aborted }: Log, from: number, count: number) => {
  const part = batches.slice(from, from + count);
  const markers = batches.filter(
    ({ attributes, records }) => (attributes & CONTROL) !== 0 && records[0]!.key![3] === 0,
  );
  const overlapping = aborted.filter(({ producerId, firstOffset }) => {
    const marker = markers.find(
      (batch) => batch.producerId === producerId && batch.firstOffset > firstOffset,
    )!;
    return firstOffset < BigInt(from + count) && marker.firstOffset >= BigInt(from);
  });
  return committedBatches(part, overlapping);
};

describe('committed batches', () => {
  it('are those of no transaction and of committed ones, wherever the log is cut into fetches', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (steps, count) => {
        const log = logOf(steps);
        const seen: bigint[] = [];
        for (let from = 0; from < log.batches.length; from += count)
          seen.push(...fetchedFrom(log, from, count).map(({ firstOffset }) => firstOffset));
        expect(seen).toEqual(log.visible);
      }),
      { numRuns: 500 },
    );
  });
});
