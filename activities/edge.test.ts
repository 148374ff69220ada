import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { ERRORS, type ErrorCode, PAYLOAD_BYTES_MAX, plumblineError } from '../contracts/index.js';
import type { StageContext, WorkReport } from '../stages/ports.js';
import { ATTEMPTS_MAX, defineActivity } from './_edge.js';

const now = '2026-11-23T10:00:05.000Z';
const codes = Object.keys(ERRORS) as ErrorCode[];

// Failing attempts are what is tested; Temporal's own words about them would only be noise.
const environment = (info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) =>
  new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
const activityOf = (run: (ctx: StageContext) => Promise<unknown>) =>
  defineActivity(
    { codeVersion: '0.1.0' },
    { name: 'sample', input: z.strictObject({ text: z.string() }), run: ({ ctx }) => run(ctx) },
  );
const failureOf = async (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    () => null,
    (error: unknown) => error,
  );
const request = { now, input: { text: 'a' } };

describe('the activity edge', () => {
  it('gives the verb the instant of the run, its identity and the code version', async () => {
    let seen: StageContext | undefined;
    const env = environment({ attempt: 3, activityId: '7' });
    await env.run(
      activityOf(async (ctx) => {
        seen = ctx;
      }),
      request,
    );
    expect(seen).toMatchObject({ now, attempt: 3, codeVersion: '0.1.0' });
    expect(seen?.runId.endsWith('/7')).toBe(true);
  });

  it.each(codes)('%s becomes a failure of that type, retried exactly if the table says so', async (code) => {
    const env = environment({ attempt: 1 });
    const activity = activityOf(async () => {
      throw plumblineError(code, 'What was found.', { details: { rows: 3 } });
    });
    const failure = await failureOf(env.run(activity, request));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: code,
      nonRetryable: !ERRORS[code].retryable,
      message: `What was found. ${ERRORS[code].action}`,
      details: [{ rows: 3, message: 'What was found.', action: ERRORS[code].action }],
    });
  });

  it('gives up on a bug after its attempts, and never on an outage', async () => {
    const last = ATTEMPTS_MAX.INTERNAL ?? 0;
    const retryableAt = async (thrown: Error, attempt: number) => {
      const activity = activityOf(() => Promise.reject(thrown));
      const failure = await failureOf(environment({ attempt }).run(activity, request));
      return failure instanceof ApplicationFailure && !failure.nonRetryable;
    };
    expect(await retryableAt(new TypeError('x is undefined'), last - 1)).toBe(true);
    expect(await retryableAt(new TypeError('x is undefined'), last)).toBe(false);
    expect(await retryableAt(plumblineError('CLICKHOUSE_UNREACHABLE', 'down'), 1000)).toBe(true);
  });

  it.each([
    [
      'input',
      { ...request, input: { text: 'a'.repeat(PAYLOAD_BYTES_MAX) } },
      async (): Promise<unknown> => null,
    ],
    ['output', request, async (): Promise<unknown> => 'a'.repeat(PAYLOAD_BYTES_MAX)],
  ] as const)('lets no %s over the payload limit pass', async (_what, large, run) => {
    const failure = await failureOf(environment().run(activityOf(run), large));
    expect(failure).toMatchObject({ type: 'PAYLOAD_TOO_LARGE', nonRetryable: true });
  });

  it('refuses an input that does not fit, naming the field', async () => {
    const wrong = { now, input: { text: 5 } } as unknown as typeof request;
    const failure = await failureOf(
      environment().run(
        activityOf(async () => null),
        wrong,
      ),
    );
    expect(failure).toMatchObject({ type: 'REQUEST_INVALID', nonRetryable: true });
    expect(String(failure)).toContain('text');
  });

  it('tells whoever follows lineage how each attempt began and ended, a cancelled one as aborted', async () => {
    const told: WorkReport[] = [];
    const lineage = { emit: (report: WorkReport) => void told.push(report) };
    const sample = (run: (ctx: StageContext) => Promise<unknown>) =>
      defineActivity(
        { codeVersion: '0.1.0', lineage },
        { name: 'sample', input: z.strictObject({ text: z.string() }), run: ({ ctx }) => run(ctx) },
      );
    await environment().run(
      sample(async () => 'done'),
      request,
    );
    const cancelled = environment();
    const stopped = sample(async () => {
      cancelled.cancel();
      throw plumblineError('INTERNAL', 'The verb noticed.');
    });
    await failureOf(cancelled.run(stopped, request));
    await failureOf(
      environment().run(
        sample(async () => 'never'),
        { now, input: { text: 1 } as never },
      ),
    );
    expect(told.map(({ state, output }) => [state, output])).toEqual([
      ['START', undefined],
      ['COMPLETE', 'done'],
      ['START', undefined],
      ['ABORT', undefined],
      ['FAIL', undefined],
    ]);
  });

  it('ends as cancelled when the run was cancelled, whatever the verb throws', async () => {
    const env = environment();
    const activity = activityOf(async (ctx): Promise<void> => {
      env.cancel();
      expect(ctx.signal.aborted).toBe(true);
      throw plumblineError('CANCELLED', 'stopped');
    });
    expect(await failureOf(env.run(activity, request))).toBeInstanceOf(CancelledFailure);
  });

  it('heartbeats while the verb is silent, and sends its newest progress', async () => {
    const env = environment({ heartbeatTimeoutMs: 30_000 });
    const beats: unknown[] = [];
    env.on('heartbeat', (details: unknown) => beats.push(details));
    const progress = {
      activity: 'training',
      done: 1,
      total: 9,
      unit: 'steps',
      secondsLeft: null,
      figures: { loss: 0.5 },
    };
    const activity = activityOf(async (ctx) => {
      ctx.progress(progress);
      ctx.progress({ ...progress, done: 2 });
      await new Promise((resolve) => setTimeout(resolve, 4500));
    });
    await env.run(activity, request);
    expect(beats[0]).toEqual(progress);
    expect(beats.at(-1)).toEqual({ ...progress, done: 2 });
    expect(beats.length).toBeGreaterThanOrEqual(3);
    expect(beats.length).toBeLessThanOrEqual(5);
  }, 10_000);
});
