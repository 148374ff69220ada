import { describe, expect, it } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import { digestOf } from '../digest.js';
import { collectSource } from '../sources/index.js';
import { type MemoryWorld, memoryWorld, testPipeline, withFiles } from '../testing/index.js';
import { buildDataset } from './index.js';

const HEADERS = [
  'Return-Path: <leakpath@leak.example>',
  'Received: from leakhost by leakhost2; Thu, 22 Aug 2002 18:26:25 +0700',
  'From: Leakfrom <leakfrom@leak.example>',
  'To: leakto@leak.example',
  'Date: Thu, 22 Aug 2002 18:26:25 +0700',
  'X-Spam-Status: Yes, hits=99 tests=LEAKTEST',
  'X-Spam-Flag: YES leakflag',
  'List-Id: <leaklist.leak.example>',
  'X-Long: folded',
  '\tleakfolded',
];

const mail = (subject: string, body: string) => [...HEADERS, `Subject: ${subject}`, '', body].join('\r\n');
const sentence = (seed: number) =>
  Array.from({ length: 30 }, (_, index) => `w${(seed * 7919 + index * index * 31 + index) % 4001}`).join(' ');

const corpus = (): Record<string, string> => {
  const files: Record<string, string> = {};
  for (let index = 0; index < 60; index += 1)
    files[`${index % 3 === 0 ? 'spam' : 'ham'}/${index}.eml`] = mail(`subject ${index}`, sentence(index));
  files['ham/twin.eml'] = `X-Other: 1\r\n${mail('subject 1', sentence(1))}`;
  files['ham/near.eml'] = mail('subject 2', `${sentence(2)} ps`);
  files['ham/short.eml'] = mail('', 'hi');
  return files;
};

const build = async (ctx: MemoryWorld, root: string, dataset: Record<string, unknown> = {}) => {
  const pipeline = testPipeline(root, {}, { dataset });
  const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
  return buildDataset({ ctx, input: { pipeline, batches: [batchId] } });
};

const isoOrNull = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

describe('buildDataset', () => {
  it('accounts for every record: kept, or dropped with a reason', () =>
    withFiles(corpus(), async (root) => {
      const ctx = memoryWorld();
      const output = await build(ctx, root);
      expect(output).toMatchObject({
        read: 63,
        kept: 60,
        dropped: { 'exact-duplicate': 1, 'near-duplicate': 1, 'too-short': 1 },
        reused: false,
      });
      const { train, validation, test } = output.splits;
      expect(train + validation + test).toBe(60);
      const dropped = [...ctx.datasets.decisions.values()].filter(({ action }) => action === 'dropped');
      const ids = [...(await ctx.datasets.readRows(output.datasetId)), ...dropped].map(
        ({ recordId }) => recordId,
      );
      expect(new Set(ids).size).toBe(63);
      expect(dropped.every(({ datasetId, reason }) => datasetId === output.datasetId && reason !== '')).toBe(
        true,
      );
    }));

  it('lets no header but the subject become text', () =>
    withFiles(corpus(), async (root) => {
      const ctx = memoryWorld();
      const { datasetId } = await build(ctx, root);
      const rows = await ctx.datasets.readRows(datasetId);
      for (const { text, sentAt } of rows) {
        expect(text).toMatch(/^subject \d+\n\nw\d+ /);
        expect(text.toLowerCase()).not.toMatch(/leak|spam|received|return-path|x-/);
        expect(sentAt).toBe('2002-08-22T11:26:25.000Z');
      }
    }));

  it('run twice, same result: in the same store it is reused, in a fresh one it is equal to the byte', () =>
    withFiles(corpus(), async (root) => {
      const [one, other] = [memoryWorld(), memoryWorld()];
      const first = await build(one, root);
      const puts = one.objects.puts;
      expect(await build(one, root)).toEqual({ ...first, reused: true });
      expect(one.objects.puts).toBe(puts);
      expect(await build(other, root)).toEqual(first);
      expect([...other.objects.objects.keys()].sort()).toEqual([...one.objects.objects.keys()].sort());
      expect([...other.datasets.decisions.values()]).toEqual([...one.datasets.decisions.values()]);
    }));

  it('writes the rows as Parquet that reads back equal, and a manifest that describes them', () =>
    withFiles(corpus(), async (root) => {
      const ctx = memoryWorld();
      const { datasetId } = await build(ctx, root);
      const dataset = await ctx.artifacts.get('DatasetVersion', datasetId);
      expect(digestOf(dataset)).toBe(datasetId);
      const bytes = await ctx.blobs.get(dataset.rows);
      const file = Uint8Array.from(bytes).buffer;
      const read = await parquetReadObjects({ file });
      const rows = await ctx.datasets.readRows(datasetId);
      expect(read.map((row) => ({ ...row, sentAt: isoOrNull(row['sentAt']) }))).toEqual(
        rows.map((row) =>
          Object.fromEntries(dataset.schema.map(({ name }) => [name, Reflect.get(row, name)])),
        ),
      );
    }));

  it('keeps all near-duplicates when told to, but in one split', () =>
    withFiles(corpus(), async (root) => {
      const ctx = memoryWorld();
      const { datasetId, kept } = await build(ctx, root, { cleaning: { nearDuplicates: { drop: false } } });
      expect(kept).toBe(61);
      const rows = await ctx.datasets.readRows(datasetId);
      const twins = rows.filter(({ text }) => text.startsWith('subject 2\n'));
      expect(new Set(twins.map(({ clusterId }) => clusterId)).size).toBe(1);
      expect(new Set(twins.map(({ split }) => split)).size).toBe(1);
    }));

  it('refuses a dataset in which a split lacks a label', () =>
    withFiles({ 'ham/1.eml': mail('a', sentence(1)), 'spam/1.eml': mail('b', sentence(2)) }, async (root) => {
      const ctx = memoryWorld();
      await expect(build(ctx, root)).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(/in (train|validation|test)/),
      });
      expect(ctx.datasets.rows.size).toBe(0);
    }));

  it('publishes nothing when the rows cannot be written', () =>
    withFiles(corpus(), async (root) => {
      const ctx = memoryWorld();
      ctx.datasets.insertDecisions = () => Promise.reject(new Error('down'));
      await expect(build(ctx, root)).rejects.toThrow('down');
      expect([...ctx.artifacts.artifacts.values()].map(({ kind }) => kind)).toEqual(['SourceBatch']);
    }));

  it('stops when cancelled in the middle', () =>
    withFiles(corpus(), async (root) => {
      const controller = new AbortController();
      const ctx = memoryWorld({ signal: controller.signal });
      const read = ctx.blobs.get.bind(ctx.blobs);
      let reads = 0;
      ctx.blobs.get = (ref) => {
        reads += 1;
        if (reads === 20) controller.abort();
        return read(ref);
      };
      await expect(build(ctx, root)).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(reads).toBeLessThan(60);
    }));

  it.each(['beside', 'behind'])(
    'takes a record that two batches hold once, and none when they disagree on its label: one %s the other',
    (place) =>
      withFiles(corpus(), async (root) => {
        const ctx = memoryWorld();
        const pipeline = testPipeline(root);
        const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
        const rows = await ctx.records.readBatch(batchId);
        const other = await ctx.artifacts.publish(
          {
            ...(await ctx.artifacts.get('SourceBatch', batchId)),
            recordsDigest: 'f'.repeat(64),
            ...(place === 'behind' && { previous: batchId }),
          },
          { key: 'other', fence: await ctx.artifacts.acquireFence('other', ctx) },
        );
        const [first, second] = rows.filter(({ path }) => /ham\/(10|20)\.eml/.test(path));
        await ctx.records.insert([
          { ...first!, batchId: other },
          { ...second!, batchId: other, label: 'spam' },
        ]);
        const batches = place === 'behind' ? [other] : [batchId, other];
        const output = await buildDataset({ ctx, input: { pipeline, batches } });
        expect(output).toMatchObject({ read: 65, kept: 59 });
        expect(output.dropped).toMatchObject({ 'exact-duplicate': 2, 'conflicting-label': 2 });
        expect((await ctx.artifacts.get('DatasetVersion', output.datasetId)).batches).toEqual(
          [...batches].sort(),
        );
      }),
  );
});
