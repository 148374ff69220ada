import { describe, expect, it } from '@jest/globals';
import { CATALOG_PIPELINE, type Pipeline, SourceEntry } from '../../../contracts/index.js';
import { gatherCandidates } from '../../datasets/candidates.js';
import {
  MemoryDatasets,
  MemorySourceCatalog,
  memoryWorld,
  testPipeline,
  withFiles,
} from '../../testing/index.js';
import {
  collectCatalogSource,
  collectSource,
  createSource,
  listSources,
  noteCollection,
  pauseSource,
  removeSource,
  resumeSource,
  testSource,
} from '../index.js';

const MAILS = { 'ham/1.eml': 'Subject: a\n\nhello', 'spam/2.eml': 'Subject: b\n\nbuy' };
const now = '2026-11-24T10:00:00.000Z';

const catalogWorld = () => {
  const calls: string[] = [];
  return {
    ...memoryWorld(),
    sources: new MemorySourceCatalog(),
    calls,
    schedules: {
      ensure: async ({ source }: { readonly source: string }) => void calls.push(`ensure ${source}`),
      pause: async (source: string) => void calls.push(`pause ${source}`),
      remove: async (source: string) => void calls.push(`remove ${source}`),
    },
  };
};

const entryOf = (root: string, change: object = {}) =>
  SourceEntry.parse({
    apiVersion: 'plumbline/v1',
    labels: ['ham', 'spam'],
    source: testPipeline(root).sources[0],
    schedule: { cron: '0 * * * *' },
    failuresMax: 2,
    ...change,
  });

/** What a dataset would be made of. */
const buildDataset = async (ctx: ReturnType<typeof catalogWorld>, batchId: string, pipeline: Pipeline) => {
  const { read, candidates } = await gatherCandidates({ ...ctx, datasets: new MemoryDatasets() }, pipeline, [
    batchId,
  ]);
  expect(candidates).toHaveLength(read);
  return { records: read };
};

const failure = { code: 'SOURCE_UNREACHABLE', message: 'no answer' };
const noteOf = (at: string, failed: typeof failure | null) => (ctx: ReturnType<typeof catalogWorld>) =>
  noteCollection({ ctx: { ...ctx, now: at }, input: { source: 'mails', failure: failed, batchId: null } });

describe('the catalog of sources', () => {
  it('creates, lists, pauses, resumes and removes a source with its schedule', async () => {
    const ctx = catalogWorld();
    await createSource({ ctx, input: { entry: entryOf('/nowhere'), now } });
    expect(await listSources({ ctx })).toMatchObject([{ name: 'mails', pausedBecause: null }]);
    const paused = await pauseSource({ ctx, input: { name: 'mails', by: 'ada', reason: 'it is moved' } });
    expect(paused.pausedBecause).toBe('paused by ada: it is moved');
    await expect(collectCatalogSource({ ctx, input: { source: 'mails' } })).rejects.toMatchObject({
      code: 'SOURCE_PAUSED',
    });
    expect((await resumeSource({ ctx, input: { name: 'mails' } })).pausedBecause).toBeNull();
    await removeSource({ ctx, input: { name: 'mails' } });
    expect(await listSources({ ctx })).toEqual([]);
    expect(ctx.calls).toEqual(['ensure mails', 'pause mails', 'ensure mails', 'remove mails']);
  });

  it('keeps no source whose schedule cannot be made, and makes none where there is none', async () => {
    const ctx = catalogWorld();
    const down = { ...ctx, schedules: { ...ctx.schedules, ensure: () => Promise.reject(new Error('down')) } };
    await expect(createSource({ ctx: down, input: { entry: entryOf('/x'), now } })).rejects.toThrow('down');
    await createSource({ ctx: down, input: { entry: entryOf('/x', { schedule: null }), now } });
    expect(await listSources({ ctx })).toHaveLength(1);
  });

  it('collects under the name of the catalog, and tests without collecting', () =>
    withFiles(MAILS, async (root) => {
      const ctx = catalogWorld();
      await createSource({ ctx, input: { entry: entryOf(root), now } });
      expect(await testSource({ ctx, input: { source: 'mails' } })).toEqual({ found: '2 files', fields: [] });
      expect(ctx.records.inserts).toBe(0);
      const collected = await collectCatalogSource({ ctx, input: { source: 'mails' } });
      expect(collected).toMatchObject({ records: 2, reused: false });
      expect(await ctx.artifacts.get('SourceBatch', collected!.batchId)).toMatchObject({
        pipeline: CATALOG_PIPELINE,
        source: 'mails',
      });
    }));

  it('is named by a pipeline, which gets the batches of the catalog, and its newest while it is paused', () =>
    withFiles(MAILS, async (root) => {
      const ctx = catalogWorld();
      await createSource({ ctx, input: { entry: entryOf(root), now } });
      const { label } = testPipeline(root).sources[0]!;
      const pipelineOf = (change: object = {}, more: object = {}) =>
        testPipeline(
          root,
          {},
          {
            sources: [{ connector: 'catalog', name: 'ours', source: 'mails', label, ...change }],
            ...more,
          },
        );
      const collect = (pipeline = pipelineOf()) =>
        collectSource({ ctx, input: { pipeline, source: 'ours' } });
      const collected = await collect();
      const { records } = await buildDataset(ctx, collected.batchId, pipelineOf());
      expect(records).toBe(2);
      expect(await collectCatalogSource({ ctx, input: { source: 'mails' } })).toEqual({
        ...collected,
        reused: true,
      });

      await pauseSource({ ctx, input: { name: 'mails', by: 'ada', reason: 'it is moved' } });
      await expect(collect()).rejects.toMatchObject({ code: 'SOURCE_PAUSED' });
      await ctx.sources.change('mails', () => ({ batchId: collected.batchId }));
      expect(await collect()).toEqual({ ...collected, reused: true });

      for (const [code, pipeline] of [
        ['SOURCE_NOT_FOUND', pipelineOf({ source: 'others' })],
        ['PIPELINE_INVALID', pipelineOf({ label: { from: 'field', field: 'x' } })],
        [
          'PIPELINE_INVALID',
          pipelineOf(
            { label: { from: 'path', rules: [{ glob: '**', label: 'eggs' }] } },
            { labels: ['eggs', 'ham'] },
          ),
        ],
      ] as const)
        await expect(collect(pipeline)).rejects.toMatchObject({ code });
      expect(() => entryOf(root, { source: pipelineOf().sources[0] })).toThrow('reads something itself');
    }));

  it('takes an empty source for none that failed', () =>
    withFiles({ 'ham/readme.txt': 'x' }, async (root) => {
      const ctx = catalogWorld();
      const entry = entryOf(root, { source: { ...testPipeline(root).sources[0], include: ['*.eml'] } });
      await createSource({ ctx, input: { entry, now } });
      expect(await collectCatalogSource({ ctx, input: { source: 'mails' } })).toBeNull();
    }));

  it('pauses a source after as many failures in a row as it allows, and says why', async () => {
    const ctx = catalogWorld();
    await createSource({ ctx, input: { entry: entryOf('/nowhere'), now } });
    expect(await noteOf('2026-11-24T11:00:00.000Z', failure)(ctx)).toEqual({ paused: false });
    await noteOf('2026-11-24T12:00:00.000Z', null)(ctx);
    expect(await ctx.sources.get('mails')).toMatchObject({
      failures: 0,
      lastFailure: null,
      lastCollectedAt: '2026-11-24T12:00:00.000Z',
    });
    await noteOf('2026-11-24T13:00:00.000Z', failure)(ctx);
    expect(await noteOf('2026-11-24T14:00:00.000Z', failure)(ctx)).toEqual({ paused: true });
    expect(await ctx.sources.get('mails')).toMatchObject({
      failures: 2,
      pausedBecause: '2 collections in a row have failed, the last with SOURCE_UNREACHABLE: no answer',
    });
    expect(ctx.calls).toContain('pause mails');
    expect(ctx.lines.at(-1)).toMatchObject({ level: 'error', message: 'the source is paused' });
  });

  it('run twice, same result: a failure that is noted again counts once', async () => {
    const ctx = catalogWorld();
    await createSource({ ctx, input: { entry: entryOf('/nowhere'), now } });
    const note = noteOf('2026-11-24T11:00:00.000Z', failure);
    expect(await note(ctx)).toEqual(await note(ctx));
    expect((await ctx.sources.get('mails')).failures).toBe(1);
  });

  it('refuses labels of rules that it does not list, and schedules that are none', () => {
    expect(() => entryOf('/x', { labels: ['ham'] })).toThrow('is not one of labels');
    for (const schedule of [{ cron: 'daily' }, { everyMinutes: 0 }, { cron: '0 * * * *', everyMinutes: 1 }])
      expect(() => entryOf('/x', { schedule })).toThrow();
  });
});
