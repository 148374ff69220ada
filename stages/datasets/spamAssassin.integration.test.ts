import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parquetMetadata } from 'hyparquet';
import { parse } from 'yaml';
import { type DatasetRow, type DatasetVersion, Pipeline, SPLITS } from '../../contracts/index.js';
import { createPace } from '../pace.js';
import { collectSource } from '../sources/index.js';
import { memoryStageContext, memoryWorld } from '../testing/index.js';
import { buildDataset } from './index.js';
import { clusterTexts, textsOf } from './nearDuplicates/clusterTexts.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/mail-triage/pipeline.yaml', import.meta.url));
const MAILS = 6046;

const readExample = (): Pipeline => {
  const pipeline = Pipeline.parse(parse(readFileSync(EXAMPLE, 'utf8')));
  const sources = pipeline.sources.map((source) => {
    if (source.connector !== 'files') throw new Error('the example reads files');
    return { ...source, root: resolve(dirname(EXAMPLE), source.root) };
  });
  for (const { root } of sources)
    if (!existsSync(join(root, 'spam-1')))
      throw new Error(`no mails under ${root}: run npm ci, dev packages included`);
  return { ...pipeline, sources };
};

describe('the mails of the example', () => {
  const ctx = memoryWorld();
  const pipeline = readExample();
  let datasetId: string;
  let batchId: string;
  let dataset: DatasetVersion;
  let rows: readonly DatasetRow[];

  beforeAll(async () => {
    ({ batchId } = await collectSource({ ctx, input: { pipeline, source: 'spamassassin' } }));
    ({ datasetId } = await buildDataset({ ctx, input: { pipeline, batches: [batchId] } }));
    dataset = await ctx.artifacts.get('DatasetVersion', datasetId);
    rows = await ctx.datasets.readRows(datasetId);
  }, 300_000);

  it('are collected whole, labelled by folder', async () => {
    expect(await ctx.artifacts.get('SourceBatch', batchId)).toMatchObject({
      records: MAILS,
      quarantined: {},
      labels: { ham: 4150, spam: 1896 },
      groups: { 'easy-ham-1': 2500, 'easy-ham-2': 1400, 'hard-ham-1': 250, 'spam-1': 500, 'spam-2': 1396 },
    });
  });

  it('are all accounted for', () => {
    const dropped = Object.values(dataset.dropped).reduce((sum, count) => sum + count, 0);
    expect(dataset.read).toBe(MAILS);
    expect(dataset.kept + dropped).toBe(MAILS);
    expect(dataset.kept).toBe(rows.length);
    expect(dataset.kept).toBeGreaterThan(5000);
    const parquet = [...ctx.objects.objects].find(([key]) => key.endsWith(dataset.rows.sha256))?.[1];
    expect(Number(parquetMetadata(Uint8Array.from(parquet ?? []).buffer).num_rows)).toBe(rows.length);
  });

  it('fall into splits of 8:1:1 with both labels in each, and no cluster in two', () => {
    for (const split of SPLITS) {
      const share = dataset.splits[split].rows / rows.length;
      expect(Math.abs(share - (split === 'train' ? 0.8 : 0.1))).toBeLessThan(0.02);
      expect(dataset.splits[split].labels['spam']).toBeGreaterThan(80);
    }
    const splits = new Map<string, string>();
    for (const { clusterId, split } of rows) {
      expect(splits.get(clusterId) ?? split).toBe(split);
      splits.set(clusterId, split);
    }
  });

  it('have no mojibake, control character or doubled space', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    const broken = /[\uFFFD\u0000-\u0009\u000B-\u001F\u007F-\u009F]|Ã[\u0080-\u00BF]|â€| {2}|\n\n\n/;
    expect(rows.filter(({ text }) => broken.test(text)).map(({ recordId }) => recordId)).toEqual([]);
  });

  it('show no transport header before the body begins', () => {
    const header = /^(x-[\w-]+|received|return-path|delivered-to|message-id|mime-version|content-type):/i;
    const first = rows.filter(({ text }) => header.test(text));
    expect(first.map(({ recordId }) => recordId)).toEqual([]);
  });

  it('have no near-duplicates left at the threshold', async () => {
    const recipe = pipeline.dataset.cleaning.nearDuplicates;
    const pace = createPace(memoryStageContext(), { activity: 'test', unit: 'rows' });
    const roots = await clusterTexts(textsOf(rows.map(({ text }) => text)), recipe, pace);
    expect(new Set(roots).size).toBe(rows.length);
  }, 120_000);

  it('run twice, same result, without writing anything', async () => {
    const puts = ctx.objects.puts;
    const again = await collectSource({ ctx, input: { pipeline, source: 'spamassassin' } });
    expect(again).toMatchObject({ batchId, reused: true });
    expect(await buildDataset({ ctx, input: { pipeline, batches: [batchId] } })).toMatchObject({
      datasetId,
      reused: true,
    });
    expect(ctx.objects.puts).toBe(puts);
  }, 120_000);

  it('let heartbeats through: the progress is told at least every few seconds', () => {
    expect(new Set(ctx.reports.map(({ activity }) => activity))).toEqual(
      new Set([
        'reading spamassassin',
        'storing spamassassin',
        'cleaning',
        'looking for near-duplicates',
        'packing the dataset',
        'writing the dataset',
      ]),
    );
  });
});
