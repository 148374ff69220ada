import { describe, expect, it } from '@jest/globals';
import {
  type EvaluationRow,
  type HealthReport,
  type ModelVersion,
  Pipeline,
  type PredictionRow,
  ServingRecipe,
} from '../../contracts/index.js';
import { Random } from '../../nn/index.js';
import { digestOf, sha256Hex } from '../digest.js';
import { MemoryArtifactStore, memoryStageContext } from '../testing/index.js';
import { compareWindow } from './compareWindow.js';
import type { MonitoringContext } from './ports.js';

const pipelineWith = (monitoring: object = {}) =>
  Pipeline.parse({
    apiVersion: 'plumbline/v1',
    name: 'triage',
    labels: ['ham', 'spam'],
    sources: [
      {
        name: 'mails',
        connector: 'files',
        include: ['**'],
        format: 'eml',
        label: { from: 'path', rules: [{ glob: '**', label: 'ham' }] },
      },
    ],
    training: { base: { model: 'hf:org/name' } },
    monitoring: { windowRows: 40, referenceRowsMax: 60, permutations: 99, ...monitoring },
  });

const blob = { sha256: sha256Hex('blob'), bytes: 4 };
const version: ModelVersion = {
  kind: 'ModelVersion',
  model: 'triage',
  trainingRun: sha256Hex('training run'),
  evaluation: sha256Hex('evaluation'),
  dataset: sha256Hex('dataset'),
  labels: ['ham', 'spam'],
  maxLength: 128,
  serving: ServingRecipe.parse({}),
  codeVersion: 'test',
  files: { 'model.onnx': blob, 'tokenizer.json': blob },
};
const modelVersionId = digestOf(version);

const output = (random: Random, shift: number) => {
  const spam = 1 / (1 + Math.exp(-random.normal() - shift));
  return {
    predicted: spam > 0.5 ? 'spam' : 'ham',
    scores: [1 - spam, spam],
    embedding: Array.from({ length: 6 }, () => random.normal() + shift),
    tokens: 20,
  };
};

const validationRow = (random: Random, index: number): EvaluationRow => ({
  trainingRunId: version.trainingRun,
  split: 'validation',
  recordId: sha256Hex(`record ${index}`),
  label: 'ham',
  group: 'mails',
  ...output(random, 0),
});

/** The ports in memory, with as much traffic as a test sends. */
const makeWorld = async (deployed = true) => {
  const random = new Random(4);
  const artifacts = new MemoryArtifactStore();
  const fence = await artifacts.acquireFence('version', { runId: 'r', attempt: 1 });
  await artifacts.publish(version, { key: 'version', fence });
  const predictions: PredictionRow[] = [];
  const reports = new Map<string, HealthReport & { id: string }>();
  const reference = Array.from({ length: 80 }, (_, index) => validationRow(random, index));
  const ports = {
    artifacts,
    predictions: {
      readAfter: async (_id: string, after: string | null, limit: number) =>
        predictions.filter(({ at }) => after === null || at > after).slice(0, limit),
    },
    references: { read: async () => reference },
    reports: {
      latest: async () => [...reports.values()].sort((a, b) => (a.at < b.at ? 1 : -1))[0] ?? null,
      insert: async (id: string, report: HealthReport) => void reports.set(id, { ...report, id }),
    },
    aliases: { alias: async () => (deployed ? { modelVersionId } : null) },
  };
  let clockMs = Date.parse('2026-11-23T10:00:00.000Z');
  return {
    ports,
    reports,
    reference,
    send(rows: number, shift = 0) {
      for (let i = 0; i < rows; i += 1) {
        clockMs += 1;
        predictions.push({
          predictionId: `00000000-0000-4000-8000-${String(predictions.length).padStart(12, '0')}`,
          at: new Date(clockMs).toISOString(),
          model: 'triage',
          modelVersion: modelVersionId,
          textDigest: sha256Hex(`text ${i}`),
          latencyMs: 1,
          ...output(random, shift),
        });
      }
    },
    context(minute: number, attempt = 1): MonitoringContext {
      const now = new Date(Date.parse('2026-11-24T00:00:00.000Z') + minute * 60_000).toISOString();
      return { ...memoryStageContext({ now, attempt, runId: `run-${minute}` }), ...ports };
    },
  };
};

describe('comparing windows', () => {
  it('says so when nothing is deployed, and reads nothing', async () => {
    const world = await makeWorld(false);
    const result = await compareWindow({ ctx: world.context(0), input: { pipeline: pipelineWith() } });
    expect(result).toEqual({ healthReportId: null, outcome: 'not-deployed', pValue: null, confirmed: false });
  });

  it('too few predictions are left for the next time', async () => {
    const world = await makeWorld();
    const input = { pipeline: pipelineWith() };
    world.send(39);
    expect((await compareWindow({ ctx: world.context(0), input })).outcome).toBe('insufficient');
    expect(world.reports.size).toBe(0);
    world.send(1);
    expect((await compareWindow({ ctx: world.context(1), input })).outcome).toBe('healthy');
  });

  it('windows follow one another without overlap, and a report holds what was compared', async () => {
    const world = await makeWorld();
    const input = { pipeline: pipelineWith() };
    world.send(100);
    const first = await compareWindow({ ctx: world.context(0), input });
    const second = await compareWindow({ ctx: world.context(1), input });
    const third = await compareWindow({ ctx: world.context(2), input });
    expect([first.outcome, second.outcome, third.outcome]).toEqual(['healthy', 'healthy', 'insufficient']);
    const ends = [...world.reports.values()].map(({ windowEnd }) => windowEnd);
    expect(ends).toEqual(['2026-11-23T10:00:00.040Z', '2026-11-23T10:00:00.080Z']);
    const report = world.reports.get(first.healthReportId!)!;
    expect(report).toMatchObject({
      windowRows: 40,
      referenceRows: 60,
      alarmsInARow: 0,
      at: world.context(0).now,
    });
    const shares = Object.values(report.labelShares);
    expect(shares.reduce((sum, { window }) => sum + window, 0)).toBeCloseTo(1);
    expect(shares.reduce((sum, { reference }) => sum + reference, 0)).toBeCloseTo(1);
  });

  it('of entities counts the texts in which each label was found', async () => {
    const world = await makeWorld();
    world.send(40);
    const artifacts = new MemoryArtifactStore();
    const fence = await artifacts.acquireFence('version', { runId: 'r', attempt: 1 });
    const names = { ...version, task: 'token-classification' as const, labels: ['PER', 'LOC'] };
    const id = await artifacts.publish(names, { key: 'version', fence });
    const rename = <R extends { predicted: string }>(row: R): R => ({
      ...row,
      predicted: row.predicted === 'ham' ? 'LOC PER' : 'PER',
    });
    const context = world.context(1);
    const result = await compareWindow({
      ctx: {
        ...context,
        artifacts,
        aliases: { alias: async () => ({ modelVersionId: id }) },
        references: { read: async () => world.reference.map(rename) },
        predictions: {
          readAfter: async (...request) => (await context.predictions.readAfter(...request)).map(rename),
        },
      },
      input: { pipeline: pipelineWith() },
    });
    const { labelShares } = world.reports.get(result.healthReportId!)!;
    expect(labelShares['PER']).toEqual({ window: 1, reference: 1 });
    expect(labelShares['LOC']!.window).toBeGreaterThan(0);
    expect(labelShares['LOC']!.window).toBeLessThan(1);
  });

  it('drift is confirmed by alarms in a row, and then counted anew', async () => {
    const world = await makeWorld();
    const input = { pipeline: pipelineWith({ confirmWindows: 2 }) };
    world.send(160, 1.5);
    world.send(40, 0);
    const seen = [];
    for (let minute = 0; minute < 5; minute += 1) {
      const { healthReportId, outcome, confirmed } = await compareWindow({
        ctx: world.context(minute),
        input,
      });
      seen.push([outcome, confirmed, world.reports.get(healthReportId!)!.alarmsInARow]);
    }
    expect(seen).toEqual([
      ['alarm', false, 1],
      ['alarm', true, 2],
      ['alarm', false, 1],
      ['alarm', true, 2],
      ['healthy', false, 0],
    ]);
  });

  it('run twice, same result: an attempt that comes again finds the report of the first', async () => {
    const world = await makeWorld();
    const input = { pipeline: pipelineWith() };
    world.send(200);
    const first = await compareWindow({ ctx: world.context(0), input });
    const again = await compareWindow({ ctx: world.context(0, 2), input });
    expect(again).toEqual(first);
    expect(world.reports.size).toBe(1);
  });

  it('an attempt that died between publishing and logging is completed by the next', async () => {
    const world = await makeWorld();
    const input = { pipeline: pipelineWith() };
    world.send(200);
    const ctx = world.context(0);
    const broken = { ...ctx, reports: { ...ctx.reports, insert: () => Promise.reject(new Error('died')) } };
    await expect(compareWindow({ ctx: broken, input })).rejects.toThrow('died');
    const result = await compareWindow({ ctx: world.context(0, 2), input });
    expect([...world.reports.keys()]).toEqual([result.healthReportId]);
  });

  it('a model without validation rows is refused with what to do', async () => {
    const world = await makeWorld();
    world.reference.length = 0;
    world.send(40);
    await expect(
      compareWindow({ ctx: world.context(0), input: { pipeline: pipelineWith() } }),
    ).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });

  it('a cancelled comparison stops', async () => {
    const world = await makeWorld();
    world.send(40);
    const ctx = { ...world.context(0), signal: AbortSignal.abort() };
    await expect(compareWindow({ ctx, input: { pipeline: pipelineWith() } })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
