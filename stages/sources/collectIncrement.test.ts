import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Source } from '../../contracts/index.js';
import { readChains } from '../chain.js';
import { sha256Hex } from '../digest.js';
import { memoryWorld, testPipeline } from '../testing/index.js';
import { collectIncrement } from './collectIncrement.js';
import type { Connector, Page, RawRecord } from './connectors/connector.js';

const labelOf = (text: string): string | undefined => /^(\w+):/.exec(text)?.[1];

const recordOf = (text: string, position: number): RawRecord => ({
  path: 'topic',
  position,
  format: 'jsonl',
  sha256: sha256Hex(text),
  bytes: text.length,
  raw: Buffer.from(text),
  field: (name) => (name === 'label' ? labelOf(text) : undefined),
  fault: null,
});

/** A log that is read on from an offset, in pages; notes what was acknowledged and whether it was closed. */
const createLog = (messages: string[], pageRecords = 2) => {
  const seen = { acknowledged: [] as number[], closed: 0, from: [] as unknown[] };
  const connector: Pick<Connector<Source>, 'read'> = {
    async *read(_source, { cursor }): AsyncGenerator<Page> {
      seen.from.push(cursor);
      try {
        for (let at = Number(cursor ?? 0); at < messages.length; at += pageRecords) {
          const end = Math.min(at + pageRecords, messages.length);
          yield {
            records: messages.slice(at, end).map((text, index) => recordOf(text, at + index)),
            cursor: end,
            acknowledge: async () => {
              if (seen.closed === seen.from.length) throw new Error('acknowledged after it was closed');
              seen.acknowledged.push(end);
            },
          };
        }
        yield { records: [], cursor: messages.length };
      } finally {
        seen.closed += 1;
      }
    },
  };
  return { connector, seen, messages };
};

const pipelineOf = (source: object = {}) =>
  testPipeline('/nowhere', { format: 'jsonl', label: { from: 'field', field: 'label' }, ...source });

const collector = (log: ReturnType<typeof createLog>, source: object = {}) => {
  const ctx = memoryWorld();
  const pipeline = pipelineOf(source);
  return {
    ctx,
    pass: (change: object = {}) =>
      collectIncrement({ ...ctx, ...change }, log.connector, pipeline, pipeline.sources[0]!),
    ids: async () => {
      const head = await ctx.heads.head({ pipeline: 'test', source: 'mails' });
      const chain = head === null ? [] : await readChains(ctx.artifacts, [head]);
      const rows = await Promise.all(chain.map(({ id }) => ctx.records.readBatch(id)));
      return rows.flat().map(({ recordId }) => recordId);
    },
  };
};

const texts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `ham: message ${from + index}`);

describe('collectIncrement', () => {
  it('makes a chain of batches, each of which ends at its bound, and acknowledges what it holds', async () => {
    const log = createLog(texts(0, 5));
    const { ctx, pass, ids } = collector(log, { batchRecordsMax: 3 });
    const first = await pass();
    expect(first).toMatchObject({ reused: false, more: true, artifact: { records: 4, cursor: 4 } });
    expect(first.artifact).not.toHaveProperty('previous');
    expect(log.seen).toMatchObject({ acknowledged: [2, 4], closed: 1 });
    const second = await pass();
    expect(second).toMatchObject({ more: false, artifact: { records: 1, cursor: 5, previous: first.id } });
    expect(await ids()).toHaveLength(5);
    for (const text of log.messages)
      expect(Buffer.from(await ctx.blobs.get({ sha256: sha256Hex(text) })).toString()).toBe(text);
  });

  it('run twice, same result: where nothing is new, the head is the answer and nothing is written', async () => {
    const log = createLog(texts(0, 5));
    const { ctx, pass } = collector(log);
    const first = await pass();
    const written = { puts: ctx.objects.puts, inserts: ctx.records.inserts };
    expect(await pass()).toMatchObject({ id: first.id, reused: true, more: false });
    expect({ puts: ctx.objects.puts, inserts: ctx.records.inserts }).toEqual(written);
    expect(log.seen.from).toEqual([null, 5]);
  });

  it('ends a batch at its bytes', async () => {
    const { pass } = collector(createLog(texts(0, 9)), { batchBytesMax: 28 });
    expect(await pass()).toMatchObject({ more: true, artifact: { records: 2 } });
  });

  it('stores a record once, however often a queue delivers it', async () => {
    const log = createLog([...texts(0, 4), ...texts(1, 6), ...texts(2, 3)]);
    const { pass, ids } = collector(log, { batchRecordsMax: 4 });
    while ((await pass()).more);
    expect((await ids()).sort()).toEqual(texts(0, 6).map(sha256Hex).sort());
    expect(log.seen.acknowledged.at(-1)).toBe(10);
  });

  it('moves on over a batch that holds nothing new', async () => {
    const { pass } = collector(createLog([...texts(0, 2), ...texts(0, 2), ...texts(2, 3)]), {
      batchRecordsMax: 2,
    });
    await pass();
    expect(await pass()).toMatchObject({ reused: false, more: true, artifact: { records: 0, cursor: 4 } });
    expect(await pass()).toMatchObject({ artifact: { records: 1, cursor: 5 } });
  });

  it('reads a source that was defined anew from its beginning, into the same chain', async () => {
    const log = createLog(texts(0, 3));
    const { ctx, pass, ids } = collector(log);
    const { id } = await pass();
    const pipeline = pipelineOf({ textFields: ['body'] });
    log.messages.push(...texts(3, 4));
    const again = await collectIncrement(ctx, log.connector, pipeline, pipeline.sources[0]!);
    expect(again.artifact).toMatchObject({ records: 1, previous: id });
    expect(log.seen.from).toEqual([null, null]);
    expect(await ids()).toHaveLength(4);
  });

  it('quarantines a record without a usable label, but not when none has one', async () => {
    const log = createLog(['ham: a', 'eggs: b', 'c']);
    const { pass } = collector(log);
    expect((await pass()).artifact).toMatchObject({ records: 1, quarantined: { 'unknown-label': 2 } });
    log.messages.push('eggs: d');
    expect((await pass()).artifact).toMatchObject({ records: 0, quarantined: { 'unknown-label': 1 } });
    await expect(collector(createLog(['eggs: b'])).pass()).rejects.toMatchObject({ code: 'LABEL_UNKNOWN' });
  });

  it('says SOURCE_EMPTY of a source that has never had a record, and closes it', async () => {
    const log = createLog([]);
    await expect(collector(log).pass()).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
    expect(log.seen.closed).toBe(1);
  });

  it('acknowledges nothing and publishes nothing when bytes or rows cannot be stored', async () => {
    const log = createLog(texts(0, 5));
    const { ctx, pass, ids } = collector(log);
    const down = () => Promise.reject(new Error('down'));
    await expect(pass({ blobs: { ...ctx.blobs, put: down } })).rejects.toThrow('down');
    await expect(pass({ records: { heldByChain: down, insert: down } })).rejects.toThrow('down');
    expect(log.seen).toMatchObject({ acknowledged: [], closed: 2 });
    expect(ctx.artifacts.artifacts.size).toBe(0);
    await pass();
    expect(await ids()).toHaveLength(5);
  });

  it('lets one of two racing runs publish; the other acknowledges nothing', async () => {
    const log = createLog(texts(0, 5));
    const { ctx, pass, ids } = collector(log);
    const stalled = { ...ctx.heads, head: async () => null };
    await pass();
    log.seen.acknowledged.length = 0;
    log.messages.push(...texts(5, 6));
    const advance = ctx.heads.advance.bind(ctx.heads);
    await expect(pass({ runId: 'other', heads: { ...stalled, advance } })).rejects.toMatchObject({
      code: 'ATTEMPT_FENCED',
    });
    expect(log.seen.acknowledged).toEqual([]);
    expect(await ids()).toHaveLength(5);
  });

  it('loses and doubles nothing, whatever is delivered again and wherever it fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(30), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(40), { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (numbers, failures, batchRecordsMax) => {
          const log = createLog(numbers.map((number) => `ham: ${number}`));
          const { ctx, pass, ids } = collector(log, { batchRecordsMax });
          let countdown = 0;
          const failing =
            <A extends unknown[], R>(work: (...values: A) => Promise<R>) =>
            async (...values: A): Promise<R> => {
              countdown -= 1;
              if (countdown === 0) throw new Error('killed before');
              const result = await work(...values);
              if (countdown === 0.5) throw new Error('killed after');
              return result;
            };
          const world = {
            blobs: { ...ctx.blobs, put: failing((raw: Uint8Array) => ctx.blobs.put(raw)) },
            records: {
              insert: failing(ctx.records.insert.bind(ctx.records)),
              heldByChain: failing(ctx.records.heldByChain.bind(ctx.records)),
            },
            heads: {
              head: failing(ctx.heads.head.bind(ctx.heads)),
              advance: failing(ctx.heads.advance.bind(ctx.heads)),
            },
          };
          let attempt = 0;
          for (let more = true; more; ) {
            countdown = (failures[attempt++] ?? Number.POSITIVE_INFINITY) / 2 + 1;
            more = await pass({ ...world, attempt }).then(
              (increment) => increment.more,
              (thrown: Error) => {
                if (!thrown.message.startsWith('killed')) throw thrown;
                return true;
              },
            );
          }
          const expected = [...new Set(log.messages)].map(sha256Hex).sort();
          expect((await ids()).sort()).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});
