import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Decision } from '../contracts/index.js';
import { until } from '../contracts/testing/until.js';
import { approve, reject } from './_messages.js';
import { stateQuery } from './_run.js';
import { type LiteralActivities, WorkflowBench } from './testing/bench.js';
import { id, pipelineFixture } from './testing/fixtures.js';
import { healthyActivities } from './testing/literals.js';

const manual = (expiresAfterHours = 72) =>
  pipelineFixture({ promotion: { approval: { mode: 'manual', expiresAfterHours } } });
const automatic = pipelineFixture({ promotion: { approval: { mode: 'automatic' } } });
const promotionOf = (pipeline: typeof automatic) => ({
  action: 'promote' as const,
  pipeline,
  modelVersionId: id('e'),
});
const decision: Decision = { by: 'ada', reason: 'The report is convincing.' };

describe('promoteModel', () => {
  let bench: WorkflowBench;
  beforeAll(async () => {
    bench = await WorkflowBench.open();
  }, 240_000);
  afterAll(() => bench.close(), 120_000);

  const serving = <T>(changes: LiteralActivities, body: () => Promise<T>) =>
    bench.serving({ ...healthyActivities(), ...changes }, body);
  type Handle = Awaited<ReturnType<typeof bench.start<'promoteModel'>>>;
  const untilWaiting = (handle: Handle) =>
    until(async () => {
      const state = await handle.query(stateQuery);
      return state.state === 'waiting' && state;
    });
  const codeOfRefusal = async (sent: Promise<unknown>) => {
    const error = await sent.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : error;
    return cause instanceof ApplicationFailure ? cause.type : cause;
  };

  it('approves by itself in automatic mode and records the policy as the one who decided', async () => {
    const deployed: unknown[] = [];
    const deployVersion = async ({ input }: { input: unknown }) => {
      deployed.push(input);
      return { deploymentId: id('0') };
    };
    await serving({ deployVersion }, async () => {
      const handle = await bench.start('promoteModel', promotionOf(automatic), 'promote/automatic');
      expect(await handle.result()).toMatchObject({ outcome: 'deployed', deploymentId: id('0') });
      expect(deployed).toMatchObject([{ by: 'policy:automatic', decisionId: id('f') }]);
      const state = await handle.query(stateQuery);
      expect(state).toMatchObject({ state: 'completed', decisions: [{ decision: 'approve' }] });
      const { typedSearchAttributes } = await handle.describe();
      expect(JSON.stringify(typedSearchAttributes)).toContain('completed');
    });
  }, 240_000);

  it('waits for approval, says so, and deploys in the name of the one who approved', async () => {
    const deployed: unknown[] = [];
    const deployVersion = async ({ input }: { input: unknown }) => {
      deployed.push(input);
      return { deploymentId: id('0') };
    };
    await serving({ deployVersion }, async () => {
      const handle = await bench.start('promoteModel', promotionOf(manual()), 'promote/approved');
      const state = await untilWaiting(handle);
      expect(state.waitingFor).toBe('approve or reject spam-triage for production');
      expect(await codeOfRefusal(handle.executeUpdate(approve, { args: [{ by: '', reason: '' }] }))).toBe(
        'REQUEST_INVALID',
      );
      await handle.executeUpdate(approve, { args: [decision] });
      expect(await handle.result()).toMatchObject({ outcome: 'deployed' });
      expect(deployed).toMatchObject([decision]);
    });
  }, 240_000);

  it('deploys nothing after a rejection', async () => {
    await serving({}, async () => {
      const handle = await bench.start('promoteModel', promotionOf(manual()), 'promote/rejected');
      await untilWaiting(handle);
      await handle.executeUpdate(reject, { args: [decision] });
      const result = await handle.result();
      expect(result).toMatchObject({ outcome: 'rejected', deploymentId: null });
      expect(result.reasons.at(-1)).toContain('ada');
    });
  }, 240_000);

  it('expires when nobody decides', async () => {
    await serving({}, async () => {
      const handle = await bench.start('promoteModel', promotionOf(manual(0.0002)), 'promote/expired');
      expect(await handle.result()).toMatchObject({ outcome: 'expired', deploymentId: null });
    });
  }, 240_000);

  it.each([
    ['refused', 'refused-by-gate'],
    ['unchanged', 'unchanged'],
  ] as const)(
    'ends without asking anyone when the gate says %s',
    async (outcome, expected) => {
      const decideGate = async () => ({ outcome, decisionId: id('f'), reasons: ['worse than the champion'] });
      await serving({ decideGate }, async () => {
        const handle = await bench.start('promoteModel', promotionOf(manual()), `promote/gate-${outcome}`);
        expect(await handle.result()).toMatchObject({
          outcome: expected,
          reasons: ['worse than the champion'],
        });
      });
    },
    240_000,
  );

  it('refuses a decision while the gate is still at work', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const decideGate = async () => {
      await opened;
      return { outcome: 'passed', decisionId: id('f'), reasons: ['first'] };
    };
    await serving({ decideGate }, async () => {
      const handle = await bench.start('promoteModel', promotionOf(automatic), 'promote/early');
      expect(await codeOfRefusal(handle.executeUpdate(approve, { args: [decision] }))).toBe(
        'DECISION_REFUSED',
      );
      open();
      expect(await handle.result()).toMatchObject({ outcome: 'deployed' });
    });
  }, 240_000);

  it('rolls an alias back and records who and why', async () => {
    await serving({}, async () => {
      const input = { action: 'rollback' as const, model: 'spam-triage', alias: 'production', ...decision };
      const handle = await bench.start('promoteModel', input, 'promote/rollback');
      expect(await handle.result()).toMatchObject({ outcome: 'rolled-back', modelVersionId: id('9') });
      const { decisions } = await handle.query(stateQuery);
      expect(decisions).toMatchObject([{ decision: 'rollback', ...decision }]);
    });
  }, 240_000);

  it('ends as cancelled when it is cancelled while it waits', async () => {
    await serving({}, async () => {
      const handle = await bench.start('promoteModel', promotionOf(manual()), 'promote/cancelled');
      await untilWaiting(handle);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow('cancel');
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect((await handle.query(stateQuery)).state).toBe('cancelled');
    });
  }, 240_000);
});
