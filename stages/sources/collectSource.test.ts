import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from '../digest.js';
import { memoryWorld, testPipeline, withFiles } from '../testing/index.js';
import { collectSource } from './index.js';

const MAILS = {
  'ham/1.eml': 'Subject: a\n\nhello',
  'ham/sub/2.eml': 'Subject: b\n\nhello again',
  'spam/3.eml': 'Subject: c\n\nbuy',
};

describe('collectSource', () => {
  it('stores raw bytes and rows with provenance, and counts them', () =>
    withFiles(MAILS, async (root) => {
      const ctx = memoryWorld();
      const output = await collectSource({ ctx, input: { pipeline: testPipeline(root), source: 'mails' } });
      expect(output).toMatchObject({ records: 3, quarantined: 0, reused: false });
      expect(await ctx.artifacts.get('SourceBatch', output.batchId)).toMatchObject({
        pipeline: 'test',
        source: 'mails',
        labels: { ham: 2, spam: 1 },
        groups: { ham: 1, 'ham/sub': 1, spam: 1 },
        bytes: 17 + 23 + 15,
      });
      const rows = await ctx.records.readBatch(output.batchId);
      expect(rows.find(({ path }) => path === 'ham/1.eml')).toEqual({
        pipeline: 'test',
        source: 'mails',
        batchId: output.batchId,
        recordId: sha256Hex(MAILS['ham/1.eml']),
        path: 'ham/1.eml',
        position: 0,
        format: 'eml',
        label: 'ham',
        group: 'ham',
        bytes: 17,
        quarantineReason: null,
      });
      for (const { recordId } of rows)
        await expect(ctx.blobs.get({ sha256: recordId })).resolves.toBeDefined();
    }));

  it('run twice, same result: the second run writes nothing', () =>
    withFiles(MAILS, async (root) => {
      const ctx = memoryWorld();
      const input = { pipeline: testPipeline(root), source: 'mails' };
      const first = await collectSource({ ctx, input });
      const written = { puts: ctx.objects.puts, inserts: ctx.records.inserts };
      expect(await collectSource({ ctx, input })).toEqual({ ...first, reused: true });
      expect({ puts: ctx.objects.puts, inserts: ctx.records.inserts }).toEqual(written);
    }));

  it('gives the same batch wherever the folder lies, and another one when a record changes', async () => {
    const collect = (files: Record<string, string>) =>
      withFiles(files, async (root) => {
        const ctx = memoryWorld();
        return (await collectSource({ ctx, input: { pipeline: testPipeline(root), source: 'mails' } }))
          .batchId;
      });
    const batch = await collect(MAILS);
    expect(await collect(MAILS)).toBe(batch);
    expect(await collect({ ...MAILS, 'spam/3.eml': 'Subject: c\n\nbuy!' })).not.toBe(batch);
  });

  it('keeps equal bytes once, at the first path', () =>
    withFiles({ ...MAILS, 'ham/0.eml': MAILS['ham/1.eml'] }, async (root) => {
      const ctx = memoryWorld();
      const output = await collectSource({ ctx, input: { pipeline: testPipeline(root), source: 'mails' } });
      expect(output.records).toBe(3);
      const rows = await ctx.records.readBatch(output.batchId);
      expect(rows.map(({ path }) => path).sort()).toEqual(['ham/0.eml', 'ham/sub/2.eml', 'spam/3.eml']);
      expect(ctx.lines.at(-1)?.fields).toMatchObject({ identical: 1 });
    }));

  it('quarantines with a reason what nobody can use, and goes on', () =>
    withFiles(
      { ...MAILS, 'spam/1.eml': MAILS['ham/1.eml'], 'spam/big.eml': 'x'.repeat(2000), 'ham/empty.eml': '' },
      async (root) => {
        const ctx = memoryWorld();
        const pipeline = testPipeline(root, { recordBytesMax: 1000 });
        const output = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
        expect(output).toMatchObject({ records: 2, quarantined: 3 });
        expect((await ctx.artifacts.get('SourceBatch', output.batchId)).quarantined).toEqual({
          'conflicting-label': 1,
          'too-large': 1,
          empty: 1,
        });
        expect([...ctx.records.rows.values()]).toHaveLength(5);
      },
    ));

  it('names file, found label and allowed labels when a label is unknown or missing', async () => {
    await withFiles({ ...MAILS, 'other/x.eml': 'Subject: x\n\nx' }, async (root) => {
      const run = collectSource({
        ctx: memoryWorld(),
        input: { pipeline: testPipeline(root), source: 'mails' },
      });
      await expect(run).rejects.toMatchObject({
        code: 'LABEL_UNKNOWN',
        message: expect.stringMatching(/other\/x\.eml.*no label.*ham, spam/),
      });
    });
    await withFiles(
      { 'a.jsonl': '{"text":"a","label":"ham"}\n{"text":"b","label":"Spam"}\n' },
      async (root) => {
        const pipeline = testPipeline(root, { format: 'jsonl', label: { from: 'field', field: 'label' } });
        await expect(
          collectSource({ ctx: memoryWorld(), input: { pipeline, source: 'mails' } }),
        ).rejects.toMatchObject({
          code: 'LABEL_UNKNOWN',
          message: expect.stringMatching(/a\.jsonl \(record 1\) has label "Spam"; allowed are ham, spam/),
        });
      },
    );
  });

  it('says so when no file matches, the folder is missing, a file may not be read or is damaged', async () => {
    const codeOf = (root: string, source: Record<string, unknown> = {}) =>
      collectSource({
        ctx: memoryWorld(),
        input: { pipeline: testPipeline(root, source), source: 'mails' },
      }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    await withFiles(MAILS, async (root) => {
      expect(await codeOf(root, { include: ['*.none'] })).toBe('SOURCE_EMPTY');
      expect(await codeOf(join(root, 'missing'))).toBe('SOURCE_UNREADABLE');
      expect(await codeOf(root, { format: 'parquet' })).toBe('SOURCE_UNREADABLE');
      await chmod(join(root, 'ham/1.eml'), 0o000);
      // The superuser may read everything, so for it the file is no obstacle.
      expect(await codeOf(root)).toBe(process.getuid?.() === 0 ? 'none' : 'SOURCE_UNREADABLE');
    });
  });

  it('stops when cancelled, without a batch', () =>
    withFiles(MAILS, async (root) => {
      const ctx = memoryWorld({ signal: AbortSignal.abort() });
      await expect(
        collectSource({ ctx, input: { pipeline: testPipeline(root), source: 'mails' } }),
      ).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(ctx.artifacts.artifacts.size).toBe(0);
    }));

  it('publishes nothing when the rows cannot be written, and finishes on the next attempt', () =>
    withFiles(MAILS, async (root) => {
      const ctx = memoryWorld();
      const input = { pipeline: testPipeline(root), source: 'mails' };
      const records = { ...ctx.records, insert: () => Promise.reject(new Error('down')) };
      const broken = { ...ctx, records: { ...records, heldByChain: async () => new Set<string>() } };
      await expect(collectSource({ ctx: broken, input })).rejects.toThrow('down');
      expect(ctx.artifacts.artifacts.size).toBe(0);
      expect(await collectSource({ ctx: { ...ctx, attempt: 2 }, input })).toMatchObject({
        records: 3,
        reused: false,
      });
    }));
});

describe('a source whose rows have spans', () => {
  const row = (value: object) => JSON.stringify({ text: 'Ada met Bob', ...value });
  const collect = (label: object, labels: string[], task: string, ...rows: readonly object[]) =>
    withFiles({ 'rows.jsonl': rows.map((value) => row(value)).join('\n') }, async (root) => {
      const ctx = memoryWorld();
      const pipeline = testPipeline(
        root,
        { format: 'jsonl', label },
        { labels, training: { base: { model: 'file:x' }, task } },
      );
      const output = await collectSource({ ctx, input: { pipeline, source: 'mails' } });
      return { output, batch: await ctx.artifacts.get('SourceBatch', output.batchId) };
    });
  const entities = (...rows: readonly object[]) =>
    collect({ from: 'entities' }, ['PER', 'LOC'], 'token-classification', ...rows);

  it('counts entities by their labels, and quarantines rows whose spans cannot be read', async () => {
    const { output, batch } = await entities(
      {
        entities: [
          { start: 8, end: 11, label: 'PER' },
          { start: 0, end: 3, label: 'PER' },
        ],
      },
      { entities: [], id: 1 },
      { id: 2 },
      { entities: '[{"start":0,"end":3,"label":"LOC"}]' },
      { entities: [{ start: 3, end: 3, label: 'PER' }] },
      {
        entities: [
          { start: 0, end: 5, label: 'PER' },
          { start: 4, end: 7, label: 'LOC' },
        ],
      },
      { entities: [{ start: -1, end: 5, label: 'PER' }] },
    );
    expect(output).toMatchObject({ records: 3, quarantined: 4 });
    expect(batch.labels).toEqual({ PER: 2, LOC: 1 });
    expect(batch.quarantined).toEqual({ 'malformed-entities': 3, 'overlapping-entities': 1 });
  });

  it('refuses a label that the pipeline does not name', async () => {
    await expect(entities({ entities: [{ start: 0, end: 3, label: 'ORG' }] })).rejects.toMatchObject({
      code: 'LABEL_UNKNOWN',
      message: expect.stringContaining('label "ORG"'),
    });
  });

  it('takes the label of a relation from its field, and quarantines rows without two spans', async () => {
    const span = { start: 0, end: 3 };
    const { output, batch } = await collect(
      { from: 'relation' },
      ['met', 'none'],
      'relation-classification',
      { label: 'met', head: span, tail: { start: 8, end: 11 } },
      { label: 'met', head: span },
      { label: 'none', head: span, tail: { start: 9, end: 8 } },
    );
    expect(output).toMatchObject({ records: 1, quarantined: 2 });
    expect(batch).toMatchObject({ labels: { met: 1 }, quarantined: { 'malformed-span': 2 } });
  });
});
