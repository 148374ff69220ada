import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DatasetRow, Pipeline } from '../../contracts/index.js';
import { openRowStore, type RowStore } from '../../storage/clickhouse/client.js';
import { datasetComparison } from '../../storage/clickhouse/dataset-comparison.js';
import { datasetRows } from '../../storage/clickhouse/dataset-rows.js';
import { startClickHouse, type TestClickHouse } from '../../storage/testing/clickhouse.js';
import { aDatasetRow, aDecision } from '../../storage/testing/rows.js';
import { sha256Hex } from '../digest.js';
import { collectSource } from '../sources/index.js';
import { memoryWorld, testPipeline, withFiles } from '../testing/index.js';
import { buildDataset, diffDatasets } from './index.js';

let server: TestClickHouse;
let rows: RowStore;

beforeAll(async () => {
  server = await startClickHouse();
  const password = () => Promise.resolve('');
  rows = openRowStore({ url: server.url, database: 'diff_test', user: 'default', password });
}, 60_000);

afterAll(async () => {
  await rows.close();
  await server.stop();
});

const MEMBERS = ['text', 'label', 'group', 'split', 'sentAt'] as const;
const Row = fc.record({
  number: fc.integer({ min: 0, max: 12 }),
  text: fc.constantFrom('', 'a', 'b'),
  label: fc.constantFrom('spam', 'ham'),
  group: fc.constantFrom('g', 'h'),
  split: fc.constantFrom('train' as const, 'test' as const),
  sentAt: fc.constantFrom(null, '2026-11-23T10:00:00.000Z'),
});
const Version = fc
  .uniqueArray(Row, { selector: ({ number }) => number })
  .map((found) => found.map(({ number, ...change }) => aDatasetRow(number, change)));

/** What a diff is by its definition, row by row. */
const expected = (first: readonly DatasetRow[], second: readonly DatasetRow[]): string[] => {
  const find = (side: readonly DatasetRow[], id: string) => side.find(({ recordId }) => recordId === id);
  return [...new Set([...first, ...second].map(({ recordId }) => recordId))]
    .flatMap((id) => {
      const [was, is] = [find(first, id), find(second, id)];
      if (was === undefined) return [`added ${id}`];
      if (is === undefined) return [`removed ${id}`];
      const differing = MEMBERS.filter((member) => was[member] !== is[member]);
      return differing.length === 0 ? [] : [`changed ${id} ${differing.join(', ')}`];
    })
    .sort();
};

describe('the comparison of two dataset versions', () => {
  it('finds exactly the rows that differ, whatever they are', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(Version, Version, async (first, second) => {
        runs += 1;
        const [from, to] = [sha256Hex(`from ${runs}`), sha256Hex(`to ${runs}`)] as const;
        const store = datasetRows(rows);
        await store.insertRows(from, first);
        await store.insertRows(to, second);
        await store.insertRows(to, second);
        const found = await datasetComparison(rows).compare(from, to);
        const wanted = expected(first, second);
        const counted = (change: string) =>
          found.reduce((sum, each) => sum + (each.change === change ? each.rows : 0), 0);
        for (const change of ['added', 'removed', 'changed'])
          expect(counted(change)).toBe(wanted.filter((line) => line.startsWith(change)).length);
        for (const { change, reason, examples } of found)
          for (const id of examples)
            expect(wanted).toContain(change === 'changed' ? `changed ${id} ${reason}` : `${change} ${id}`);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('says why the other version lacks a row, and which rules account for another text', async () => {
    const [from, to] = [sha256Hex('reasons from'), sha256Hex('reasons to')] as const;
    const store = datasetRows(rows);
    await store.insertRows(from, [aDatasetRow(1), aDatasetRow(2), aDatasetRow(3, { text: 'raw' })]);
    await store.insertRows(to, [aDatasetRow(3, { text: 'clean' }), aDatasetRow(4)]);
    await store.insertDecisions([
      aDecision(1, { datasetId: to, reason: 'too short', relatedRecordId: null }),
      aDecision(3, { datasetId: to, action: 'changed', rule: 'html', reason: 'tags' }),
      aDecision(4, { datasetId: from, reason: 'near duplicate' }),
    ]);
    const found = await datasetComparison(rows).compare(from, to);
    expect(found.map(({ change, reason }) => `${change}: ${reason}`).sort()).toEqual([
      'added: the first version dropped it: near duplicate',
      'changed: text (rules that changed it: none -> html)',
      'removed: not among the records of the second version',
      'removed: the second version dropped it: too short',
    ]);
  });

  it('of two recipes over the same batch accounts for every row, and names the settings that differ', async () => {
    const words = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi'.split(
      ' ',
    );
    const mail = (label: string, number: number) =>
      `Subject: ${label} ${number}\nContent-Type: text/plain\n\n${words.slice(0, 2 + (number % 14)).join(` ${label}${number} `)}\n`;
    const files = Object.fromEntries(
      ['ham', 'spam'].flatMap((label) =>
        Array.from({ length: 60 }, (_, number) => [`${label}/${number}.eml`, mail(label, number)]),
      ),
    );
    await withFiles(files, async (root) => {
      const world = memoryWorld();
      const ctx = { ...world, datasets: datasetRows(rows), comparison: datasetComparison(rows) };
      const pipeline = testPipeline(root);
      const { batchId } = await collectSource({
        ctx,
        input: { pipeline, source: pipeline.sources[0]!.name },
      });
      const { cleaning } = pipeline.dataset;
      const strict = Pipeline.parse({
        ...pipeline,
        dataset: { ...pipeline.dataset, cleaning: { ...cleaning, textCharactersMin: 60 } },
      });
      const [lax, hard] = [
        await buildDataset({ ctx, input: { pipeline, batches: [batchId] } }),
        await buildDataset({ ctx, input: { pipeline: strict, batches: [batchId] } }),
      ];
      const diff = await diffDatasets({ ctx, input: { from: lax.datasetId, to: hard.datasetId } });
      expect(diff.rows.from - diff.rows.removed + diff.rows.added).toBe(diff.rows.to);
      expect(diff.rows.removed).toBeGreaterThan(0);
      expect(diff.rows).toMatchObject({ from: lax.kept, to: hard.kept });
      expect(diff.settings).toEqual([
        { path: 'recipe.cleaning.textCharactersMin', from: String(cleaning.textCharactersMin), to: '60' },
      ]);
      expect(diff.batches).toEqual({ added: [], removed: [] });
      const none = await diffDatasets({ ctx, input: { from: lax.datasetId, to: lax.datasetId } });
      expect([none.changes, none.settings, none.rows.same]).toEqual([[], [], lax.kept]);
      await expect(
        diffDatasets({ ctx, input: { from: lax.datasetId, to: sha256Hex('none') } }),
      ).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    });
  }, 60_000);
});
