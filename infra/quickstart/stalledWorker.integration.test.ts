import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { until } from '../../contracts/testing/until.js';
import { manifests, pidOf, quickstart, RUN_TIMEOUT_MS, waitingFor } from './testing/installation.js';

const dataDir = mkdtempSync(join(tmpdir(), 'plumbline-stalled-'));
const log = () => readFileSync(join(dataDir, 'logs', 'worker.log'), 'utf8');
const procFile = (pid: number, name: string) =>
  readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').filter(Boolean);

/** A second worker, started exactly as the first one was. */
const twinOf = (pid: number) => {
  const [command, ...args] = procFile(pid, 'cmdline');
  const env = Object.fromEntries(
    procFile(pid, 'environ').map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]),
  );
  return spawn(command!, args, { env, stdio: 'ignore' });
};

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it(
  'publishes exactly one version when a worker stalls as it registers, another takes over, and it wakes up',
  async () => {
    const run = quickstart(dataDir);
    let twin: ReturnType<typeof twinOf> | undefined;
    try {
      await until(() => manifests(dataDir, 'Evaluation').length > 0, waitingFor('the evaluation'));
      const catalog = new Libsql(join(dataDir, 'catalog.db'));
      catalog.prepare('PRAGMA busy_timeout = 5000').all();
      const count = (sql: string) =>
        (catalog.prepare(`SELECT count(*) AS n FROM ${sql}`).get() as { n: number }).n;
      const unfinished = 'fences WHERE key NOT IN (SELECT key FROM steps)';
      const published = "steps WHERE kind = 'Evaluation'";
      await until(() => count(published) > 0 && count(unfinished) > 0, {
        ...waitingFor('the fence of the registration'),
        everyMs: 1,
      });
      // Nobody can write now: the worker makes the version and waits in front of the catalog to publish it.
      catalog.exec('BEGIN IMMEDIATE');
      await until(() => manifests(dataDir, 'ModelVersion').length > 0, waitingFor('the version to be made'));
      const stalled = pidOf(dataDir, 'worker');
      process.kill(stalled, 'SIGSTOP');
      catalog.exec('ROLLBACK');
      expect(count('model_versions')).toBe(0);

      twin = twinOf(stalled);
      await until(() => /version 1: deployed/.test(run.output()), waitingFor('the deployment by the twin'));
      expect(count('model_versions')).toBe(1);
      const before = log();
      process.kill(stalled, 'SIGCONT');
      await until(() => log().slice(before.length).includes('ATTEMPT_FENCED'), {
        ...waitingFor('the refusal of the worker that woke up'),
        timeoutMs: 60_000,
      });
      expect(count('model_versions')).toBe(1);
      expect(count("steps WHERE kind = 'ModelVersion'")).toBe(1);
      expect(count("artifacts WHERE kind = 'ModelVersion'")).toBe(1);
      catalog.close();
    } finally {
      twin?.kill('SIGTERM');
      run.process.kill('SIGINT');
      await run.ended;
    }
  },
  RUN_TIMEOUT_MS,
);
