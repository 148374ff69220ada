import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../contracts/testing/until.js';
import {
  checkpointSeen,
  manifests,
  pidOf,
  quickstart,
  RUN_TIMEOUT_MS,
  waitingFor,
} from './testing/installation.js';

const kill9 = (dataDir: string, name: string): void => {
  process.kill(pidOf(dataDir, name), 'SIGKILL');
};

describe('the quickstart', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'plumbline-quickstart-'));
  const calm = join(scratch, 'calm');
  const disturbed = join(scratch, 'disturbed');
  let first: { code: number; output: string };

  beforeAll(async () => {
    const run = quickstart(calm, '--exit');
    first = { code: await run.ended, output: run.output() };
  }, RUN_TIMEOUT_MS);

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('ends with a summary that says what happened and what to do next', () => {
    expect(first).toMatchObject({ code: 0 });
    for (const part of [
      'Collected',
      'dropped',
      'TF-IDF + linear',
      'version 1: deployed',
      'Report',
      'Web UI',
      'curl',
    ])
      expect(first.output).toContain(part);
    expect(manifests(calm, 'ModelVersion')).toHaveLength(1);
  });

  it(
    'run again reuses every finished step in under a minute',
    async () => {
      const startedAt = performance.now();
      const again = quickstart(calm, '--exit');
      expect(await again.ended).toBe(0);
      expect((performance.now() - startedAt) / 1000).toBeLessThan(60);
      expect(again.output()).toContain('already in production');
      expect(again.output().match(/\(reused\)/g)?.length).toBeGreaterThanOrEqual(3);
      expect(manifests(calm, 'ModelVersion')).toHaveLength(1);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'gives the same model, bit for bit, when the trainer, Temporal and ClickHouse are killed and Ctrl-C interrupts it',
    async () => {
      const run = quickstart(disturbed, '--exit');
      await until(() => manifests(disturbed, 'SourceBatch').length > 0, waitingFor('a collected batch'));
      kill9(disturbed, 'clickhouse');
      await until(() => checkpointSeen(disturbed), waitingFor('a checkpoint'));
      kill9(disturbed, 'trainer');
      kill9(disturbed, 'temporal');
      await sleep(8000);
      run.process.kill('SIGINT');
      expect(await run.ended).toBe(130);
      expect(run.output()).toContain('nothing is lost');

      const resumed = quickstart(disturbed, '--exit');
      await until(() => /Attached to/.test(resumed.output()), waitingFor('the run it attaches to'));
      await sleep(3000);
      if (existsSync(join(disturbed, 'run', 'processes.json'))) kill9(disturbed, 'trainer');
      expect(await resumed.ended).toBe(0);
      for (const kind of ['SourceBatch', 'DatasetVersion', 'TrainingRun', 'Evaluation', 'ModelVersion'])
        expect({ kind, ids: manifests(disturbed, kind) }).toEqual({ kind, ids: manifests(calm, kind) });
    },
    2 * RUN_TIMEOUT_MS,
  );
});
