import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { activityInfo, cancelled, heartbeat } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { WORKFLOW_NAMES } from '../contracts/index.js';
import { until } from '../contracts/testing/until.js';
import { approve, collectAgain, pause, resume } from './_messages.js';
import { stateQuery } from './_run.js';
import { type LiteralActivities, WorkflowBench } from './testing/bench.js';
import { id, pipelineFixture } from './testing/fixtures.js';
import { keepHistory } from './testing/histories.js';
import { healthyActivities } from './testing/literals.js';

const automatic = { promotion: { approval: { mode: 'automatic' } } };
const named = (name: string, overrides: Record<string, unknown> = automatic) =>
  pipelineFixture({ name, ...overrides });
const manual = { kind: 'manual' } as const;

describe('lifecycle', () => {
  let bench: WorkflowBench;
  beforeAll(async () => {
    bench = await WorkflowBench.open();
  }, 240_000);
  afterAll(() => bench.close(), 300_000);

  const serving = <T>(changes: LiteralActivities, body: () => Promise<T>) =>
    bench.serving({ ...healthyActivities(), ...changes }, body);
  const start = (name: string, overrides?: Record<string, unknown>) =>
    bench.start('lifecycle', { pipeline: named(name, overrides), trigger: manual }, `lifecycle/${name}`);
  const failureOf = async (result: Promise<unknown>): Promise<ApplicationFailure> => {
    const error = await result.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
    throw new Error('expected the run to fail with an ApplicationFailure', { cause: error });
  };

  it('goes from the sources to a watched deployment, with one instant for each run', async () => {
    const instants = new Map<string, Set<string>>();
    const scheduled: unknown[] = [];
    const healthy = healthyActivities();
    const watched = Object.fromEntries(
      Object.entries(healthy).map(([name, activity]) => [
        name,
        (request: { now: string; input: never }) => {
          const run = activityInfo().workflowExecution?.workflowId ?? '';
          instants.set(run, (instants.get(run) ?? new Set()).add(request.now));
          if (name === 'ensureMonitoringSchedule') scheduled.push(request.input);
          return activity(request);
        },
      ]),
    );
    await serving(watched, async () => {
      const handle = await start('whole');
      const output = await handle.result();
      expect(output).toMatchObject({
        collected: [{ source: 'mails', batchId: id('a') }],
        promotion: { outcome: 'deployed' },
      });
      expect([...instants.values()].map((of) => of.size)).toEqual([...instants.values()].map(() => 1));
      expect(scheduled).toHaveLength(1);
      const state = await handle.query(stateQuery);
      expect(state.children.map((child) => child.split('/')[0])).toEqual([
        'collect',
        'dataset',
        'train',
        'evaluate',
        'promote',
      ]);
      expect(state.artifacts).toMatchObject({ DatasetVersion: id('b'), ModelVersion: id('e') });
      const runs = await bench.runs();
      expect(runs.filter((run) => run.startsWith('train/whole/rows-'))).toHaveLength(2);
      const { typedSearchAttributes } = await handle.describe();
      const attributes = Object.fromEntries(
        typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
      );
      expect(attributes).toMatchObject({
        PlumblinePipeline: 'whole',
        PlumblineState: 'completed',
        PlumblineDataset: id('b'),
      });
    });
  }, 240_000);

  it('shows what a child waits for, and goes on when the child is approved', async () => {
    await serving({}, async () => {
      const handle = await start('asked', { promotion: { approval: { mode: 'manual' } } });
      const state = await until(async () => {
        const now = await handle.query(stateQuery);
        return now.waitingFor !== null && now;
      });
      expect(state).toMatchObject({ state: 'waiting', step: 'promote' });
      const promotion = state.children.at(-1) ?? '';
      const decision = { by: 'ada', reason: 'good' };
      await bench.env.client.workflow.getHandle(promotion).executeUpdate(approve, { args: [decision] });
      expect(await handle.result()).toMatchObject({ promotion: { outcome: 'deployed' } });
      expect(await handle.query(stateQuery)).toMatchObject({ state: 'completed', waitingFor: null });
    });
  }, 240_000);

  it('pauses between steps and resumes', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const healthy = healthyActivities();
    const collectSource = async (request: { now: string; input: never }) => {
      await opened;
      return healthy.collectSource(request);
    };
    await serving({ collectSource }, async () => {
      const handle = await start('paused');
      const decision = { by: 'ada', reason: 'wait for the fix' };
      await handle.executeUpdate(pause, { args: [decision] });
      await expect(handle.executeUpdate(pause, { args: [decision] })).rejects.toThrow();
      open();
      await until(async () => (await handle.query(stateQuery)).state === 'paused');
      await handle.executeUpdate(resume, { args: [decision] });
      expect(await handle.result()).toMatchObject({ promotion: { outcome: 'deployed' } });
    });
  }, 240_000);

  it('stops its children and their activities when it is cancelled', async () => {
    let stopped = false;
    const trainModel = async () => {
      const beats = setInterval(() => heartbeat(), 50);
      try {
        await cancelled();
      } finally {
        clearInterval(beats);
        stopped = true;
      }
    };
    await serving({ trainModel }, async () => {
      const handle = await start('cancelled');
      await until(async () => (await handle.query(stateQuery)).step === 'train');
      const child = await until(async () =>
        (await handle.query(stateQuery)).children.find((run) => run.startsWith('train/')),
      );
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancel');
      expect(stopped).toBe(true);
      const training = bench.env.client.workflow.getHandle(child);
      expect((await training.describe()).status.name).toBe('CANCELLED');
      expect((await training.query(stateQuery)).state).toBe('cancelled');
    });
  }, 240_000);

  it('ends with the code of the cause at the top, and does not retry what cannot heal', async () => {
    let attempts = 0;
    const trainModel = async () => {
      attempts += 1;
      throw ApplicationFailure.nonRetryable('model.safetensors is truncated.', 'WEIGHTS_CORRUPT');
    };
    await serving({ trainModel }, async () => {
      const handle = await start('failing');
      const failure = await failureOf(handle.result());
      expect(failure).toMatchObject({ type: 'WEIGHTS_CORRUPT', message: 'model.safetensors is truncated.' });
      expect(attempts).toBe(1);
      expect((await handle.query(stateQuery)).state).toBe('failed');
    });
  }, 240_000);

  it('waits out an outage', async () => {
    let attempts = 0;
    const healthy = healthyActivities();
    const buildDataset = async (request: { now: string; input: never }) => {
      attempts += 1;
      if (attempts < 3) throw ApplicationFailure.retryable('no answer', 'CLICKHOUSE_UNREACHABLE');
      return healthy.buildDataset(request);
    };
    await serving({ buildDataset }, async () => {
      expect(await (await start('outage')).result()).toMatchObject({ promotion: { outcome: 'deployed' } });
      expect(attempts).toBe(3);
    });
  }, 240_000);

  it('refuses an input that does not fit with REQUEST_INVALID', async () => {
    await serving({}, async () => {
      const pipeline = { ...named('invalid'), labels: ['only-one'] };
      const handle = await bench.start('lifecycle', { pipeline, trigger: manual }, 'lifecycle/invalid');
      const failure = await failureOf(handle.result());
      expect(failure.type).toBe('REQUEST_INVALID');
      expect(failure.message).toContain('labels');
    });
  }, 240_000);

  it('starts one retraining when drift is confirmed, which runs the lifecycle as a fresh draw', async () => {
    const generations: unknown[] = [];
    const healthy = healthyActivities();
    const trainModel = async (request: { now: string; input: never }) => {
      const { rowsMax, generation } = request.input as { rowsMax?: number; generation: string | null };
      if (rowsMax === undefined) generations.push(generation);
      return healthy.trainModel(request);
    };
    const compareWindow = async () => ({
      healthReportId: id('8'),
      outcome: 'alarm',
      pValue: 0.002,
      confirmed: true,
    });
    await serving({ trainModel, compareWindow }, async () => {
      const handle = await bench.start(
        'monitorDeployment',
        { pipeline: named('drifting') },
        'monitor/drifting',
      );
      const report = await handle.result();
      expect(report.retrain).toMatch(/^retrain\/drifting\//);
      const retraining = bench.env.client.workflow.getHandle(report.retrain ?? '');
      expect(await retraining.result()).toMatchObject({ promotion: { outcome: 'deployed' } });
      expect(generations).toEqual([id('8')]);

      const alert = { monitoring: { onDrift: 'alert' } };
      const alerted = await bench.start(
        'monitorDeployment',
        { pipeline: named('alerting', alert) },
        'monitor/alerting',
      );
      expect(await alerted.result()).toMatchObject({ confirmed: true, retrain: null });
    });
  }, 240_000);

  it('starts no second retraining while one is under way', async () => {
    const compareWindow = async () => ({
      healthReportId: id('8'),
      outcome: 'alarm',
      pValue: 0.002,
      confirmed: true,
    });
    const findRetraining = async () => ({ workflowId: 'retrain/busy/earlier' });
    await serving({ compareWindow, findRetraining }, async () => {
      const handle = await bench.start('monitorDeployment', { pipeline: named('busy') }, 'monitor/busy');
      expect(await handle.result()).toMatchObject({ confirmed: true, retrain: 'retrain/busy/earlier' });
      expect((await bench.runs()).filter((run) => run.startsWith('retrain/busy/'))).toEqual([]);
    });
  }, 240_000);

  it('collects batch after batch while there is more, continues as new before its history is long, and counts all', async () => {
    let passes = 0;
    const batches = 700;
    const collectSource = async () => {
      passes += 1;
      return { batchId: id('a'), records: 2, quarantined: 1, reused: false, more: passes < batches };
    };
    await serving({ collectSource }, async () => {
      const input = { pipeline: named('many'), source: 'mails' };
      const handle = await bench.start('collectSource', input, 'collect/many');
      expect(await handle.result()).toEqual({
        batchId: id('a'),
        records: 2 * batches,
        quarantined: batches,
        reused: false,
      });
      const first = bench.env.client.workflow.getHandle('collect/many', handle.firstExecutionRunId);
      const { events } = await first.fetchHistory();
      expect(events?.length).toBeLessThan(4_000);
      expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
    });
  }, 240_000);

  describe('of a source of the catalog', () => {
    const retry = { attemptsMax: 2, waitSeconds: 0.01, waitSecondsMax: 0.01 };
    const noted: unknown[] = [];
    const noteCollection = async ({ input }: { input: never }) => {
      noted.push(input);
      return { paused: false };
    };
    const collect = (source: string) =>
      bench.start('collectCatalogSource', { source, retry }, `source/${source}`);

    it('collects and notes it, also when there has never been a record', async () => {
      noted.length = 0;
      await serving({ noteCollection }, async () => {
        expect(await (await collect('healthy')).result()).toMatchObject({ batchId: id('a'), records: 300 });
      });
      await serving({ noteCollection, collectCatalogSource: async () => null }, async () => {
        expect(await (await collect('empty')).result()).toMatchObject({ batchId: null, records: 0 });
      });
      expect(noted).toEqual([
        { source: 'healthy', failure: null, batchId: id('a') },
        { source: 'empty', failure: null, batchId: null },
      ]);
    }, 240_000);

    it('tries as often as the source says, notes a failure, and blames nobody for a pause', async () => {
      noted.length = 0;
      const attempts: number[] = [];
      const failing = (type: string, nonRetryable: boolean) => async () => {
        attempts.push(activityInfo().attempt);
        throw ApplicationFailure.create({ type, message: 'no answer', nonRetryable });
      };
      const failWith = (name: string, type: string, nonRetryable: boolean) =>
        serving({ noteCollection, collectCatalogSource: failing(type, nonRetryable) }, async () =>
          failureOf((await collect(name)).result()),
        );
      expect(await failWith('away', 'SOURCE_UNREACHABLE', false)).toMatchObject({
        type: 'SOURCE_UNREACHABLE',
      });
      expect(attempts).toEqual([1, 2]);
      expect(await failWith('paused', 'SOURCE_PAUSED', true)).toMatchObject({ type: 'SOURCE_PAUSED' });
      expect(noted).toEqual([
        { source: 'away', failure: { code: 'SOURCE_UNREACHABLE', message: 'no answer' }, batchId: null },
      ]);
    }, 240_000);

    it('reads on once more when an event arrives meanwhile, however many arrive', async () => {
      let passes = 0;
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const collectCatalogSource = async () => {
        passes += 1;
        if (passes === 1) await held;
        return { batchId: id('a'), records: 1, quarantined: 0, reused: passes > 1 };
      };
      await serving({ noteCollection, collectCatalogSource }, async () => {
        const handle = await collect('busy');
        await until(async () => passes === 1);
        for (let event = 0; event < 5; event += 1) await handle.signal(collectAgain);
        release();
        expect(await handle.result()).toMatchObject({ records: 1, reused: false });
        expect(passes).toBe(2);
      });
    }, 240_000);

    it('is tested once, without another attempt', async () => {
      const { source } = { source: named('any').sources[0]! };
      await serving({}, async () => {
        const handle = await bench.start('testSource', { source }, 'test-source/mails');
        expect(await handle.result()).toEqual({ found: '3 files', fields: [] });
      });
      let attempts = 0;
      const testSource = async () => {
        attempts += 1;
        throw ApplicationFailure.create({ type: 'SOURCE_UNREACHABLE', message: 'no answer' });
      };
      await serving({ testSource }, async () => {
        const handle = await bench.start('testSource', { source: 'mails' }, 'test-source/away');
        expect(await failureOf(handle.result())).toMatchObject({ type: 'SOURCE_UNREACHABLE' });
      });
      expect(attempts).toBe(1);
    }, 240_000);
  });

  it('leaves one history of every workflow of this version', async () => {
    const runs = await bench.runs();
    const example = {
      lifecycle: 'lifecycle/asked',
      collectSource: 'collect/whole',
      collectCatalogSource: 'source/healthy',
      testSource: 'test-source/mails',
      buildDataset: 'dataset/whole',
      trainModel: 'train/whole',
      evaluateModel: 'evaluate/whole',
      promoteModel: 'promote/asked',
      monitorDeployment: 'monitor/drifting',
      retrain: 'retrain/drifting',
    };
    for (const workflow of WORKFLOW_NAMES) {
      const run = runs.find((candidate) => candidate.startsWith(example[workflow]));
      expect(run).toBeDefined();
      keepHistory(bench, workflow, run ?? '');
    }
  }, 240_000);
});
