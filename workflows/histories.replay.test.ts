import { beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { WORKFLOW_NAMES } from '../contracts/index.js';
import { bundleFromSource } from './testing/bench.js';
import { currentVersion, keptHistories } from './testing/histories.js';

/** Renames an activity in the history, as if the code had scheduled another one since. */
const damaged = (history: unknown): unknown =>
  JSON.parse(
    JSON.stringify(history).replaceAll(
      '"activityType":{"name":"buildDataset"}',
      '"activityType":{"name":"other"}',
    ),
  );

describe('kept histories', () => {
  let bundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    bundle = await bundleFromSource();
  }, 240_000);

  it('hold every workflow of the current version', () => {
    const kept = keptHistories().filter(({ version }) => version === currentVersion());
    expect(kept.map(({ workflow }) => workflow).sort()).toEqual([...WORKFLOW_NAMES].sort());
  });

  it.each(keptHistories())(
    '$workflow of $version replays with the code of today',
    async ({ workflow, history }) => {
      await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflow);
    },
    240_000,
  );

  it('a damaged history does not replay, so that the tests above prove something', async () => {
    const dataset = keptHistories().find(({ workflow }) => workflow === 'buildDataset');
    expect(dataset).toBeDefined();
    await expect(
      Worker.runReplayHistory({ workflowBundle: bundle }, damaged(dataset?.history), 'damaged'),
    ).rejects.toThrow(DeterminismViolationError);
  }, 240_000);
});
