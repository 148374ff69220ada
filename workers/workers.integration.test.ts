import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineActivity } from '../activities/_edge.js';
import { monitorScheduleId, plumblineError } from '../contracts/index.js';
import { until } from '../contracts/testing/until.js';
import { SEARCH_ATTRIBUTES } from '../temporal.config.js';
import { WorkflowBench } from '../workflows/testing/bench.js';
import { id, pipelineFixture } from '../workflows/testing/fixtures.js';
import { healthyActivities } from '../workflows/testing/literals.js';
import { temporalRetrainings } from './retrainings.js';
import { temporalSchedules } from './schedules.js';
import { ensureSearchAttributes } from './searchAttributes.js';

describe('workers on a Temporal server', () => {
  let bench: WorkflowBench;
  beforeAll(async () => {
    bench = await WorkflowBench.open({ searchAttributes: [] });
  }, 240_000);
  afterAll(() => bench.close(), 120_000);

  it('register the search attributes once, and find them the next time', async () => {
    const { nativeConnection } = bench.env;
    expect(await ensureSearchAttributes(nativeConnection, 'default')).toEqual([...SEARCH_ATTRIBUTES]);
    await until(async () => (await ensureSearchAttributes(nativeConnection, 'default')).length === 0);
  }, 240_000);

  it('create the monitoring schedule, change it, and leave a pause alone', async () => {
    const schedules = temporalSchedules(bench.env.client);
    const pipeline = pipelineFixture();
    const scheduleId = monitorScheduleId(pipeline.name);
    await schedules.ensureMonitoring({ id: scheduleId, everyMinutes: 15, pipeline });
    const handle = bench.env.client.schedule.getHandle(scheduleId);
    expect((await handle.describe()).spec.intervals).toMatchObject([{ every: 15 * 60_000 }]);
    await handle.pause('looking into it');
    await schedules.ensureMonitoring({ id: scheduleId, everyMinutes: 0.5, pipeline });
    const changed = await handle.describe();
    expect(changed.spec.intervals).toMatchObject([{ every: 30_000 }]);
    expect(changed.policies.overlap).toBe('SKIP');
    expect(changed.action).toMatchObject({ workflowType: 'monitorDeployment', args: [{ pipeline }] });
    expect(changed.state.paused).toBe(true);
  }, 240_000);

  it('that stop leave the work to the next worker, and the run is not cancelled', async () => {
    const attempts: number[] = [];
    const pipeline = pipelineFixture();
    const input = { pipeline, datasetId: id('b'), generation: null, previous: null };
    const trained = await healthyActivities().trainModel({ now: '', input: input as never });
    const trainModel = defineActivity(
      { codeVersion: '0' },
      {
        name: 'trainModel',
        input: z.unknown(),
        run: async ({ ctx }) => {
          attempts.push(ctx.attempt);
          if (ctx.attempt > 1) return trained;
          await until(async () => ctx.signal.aborted);
          throw plumblineError('CANCELLED', 'The checkpoint is written.');
        },
      },
    );
    const activities = { ...healthyActivities(), trainModel };
    const handle = await bench.serving(activities, async () => {
      const started = await bench.start('trainModel', input, 'train/stopping');
      await until(async () => attempts.length === 1);
      return started;
    });
    const { pendingActivities } = (await handle.describe()).raw;
    expect(JSON.stringify(pendingActivities)).toContain('WORKER_STOPPED');
    await bench.serving(activities, async () => {
      expect(await handle.result()).toMatchObject({ trainingRunId: id('c') });
    });
    expect(attempts).toEqual([1, 2]);
  }, 240_000);

  it('find the retraining of a pipeline while it runs, and none of another', async () => {
    const retrainings = temporalRetrainings(bench.env.client);
    const pipeline = pipelineFixture({ name: 'drifting' });
    const input = { pipeline, healthReport: id('8'), reason: 'drift' };
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const buildDataset = () => ended;
    expect(await retrainings.running('drifting')).toBeNull();
    await bench.serving({ ...healthyActivities(), buildDataset }, async () => {
      const handle = await bench.start('retrain', input, 'retrain/drifting/now');
      expect(await until(() => retrainings.running('drifting'))).toBe('retrain/drifting/now');
      expect(await retrainings.running('other')).toBeNull();
      await handle.terminate();
      end();
    });
  }, 240_000);

  it('tell a silent activity within seconds that its run was cancelled', async () => {
    let stopped = false;
    const trainModel = defineActivity(
      { codeVersion: '0' },
      {
        name: 'trainModel',
        input: z.unknown(),
        run: async ({ ctx }) => {
          await until(async () => ctx.signal.aborted);
          stopped = true;
          throw ctx.signal.reason;
        },
      },
    );
    const pipeline = pipelineFixture();
    await bench.serving({ ...healthyActivities(), trainModel }, async () => {
      const handle = await bench.start(
        'trainModel',
        { pipeline, datasetId: id('b'), generation: null, previous: null },
        'train/cancelled',
      );
      await until(async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastStartedTime);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancel');
      expect(stopped).toBe(true);
    });
  }, 240_000);
});
