import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Progress, plumblineError } from '../contracts/index.js';
import type { StageContext } from './ports.js';

const SLICE_MS = 50;
const REPORT_EVERY_MS = 250;

/** @throws CANCELLED when the work is no longer wanted */
export const throwIfCancelled = (signal: AbortSignal): void => {
  if (signal.aborted) throw plumblineError('CANCELLED', 'the work was cancelled', { cause: signal.reason });
};

/**
 * Keeps a long loop polite: after every 50 ms of work the event loop gets a turn (heartbeats and timers run
 * there), every 250 ms the progress is told, and a cancelled context ends the loop. The clock decides only
 * when, never what.
 */
export const createPace = (
  ctx: Pick<StageContext, 'signal' | 'progress'>,
  { activity, unit, total = null }: Pick<Progress, 'activity' | 'unit'> & { total?: number | null },
) => {
  const startedMs = performance.now();
  let turnMs = startedMs;
  let reportMs = startedMs;
  const report = (done: number): void => {
    const elapsedSeconds = (performance.now() - startedMs) / 1000;
    const secondsLeft =
      total === null || done === 0 ? null : (elapsedSeconds / done) * Math.max(0, total - done);
    ctx.progress({ activity, done, total, unit, secondsLeft, figures: {} });
  };
  return {
    /** Call once an item. @throws CANCELLED */
    async tick(done: number): Promise<void> {
      throwIfCancelled(ctx.signal);
      const nowMs = performance.now();
      if (nowMs - reportMs >= REPORT_EVERY_MS) {
        reportMs = nowMs;
        report(done);
      }
      if (nowMs - turnMs < SLICE_MS) return;
      await nextTurn();
      turnMs = performance.now();
      throwIfCancelled(ctx.signal);
    },
    /** Tells the final count. */
    finish: report,
  };
};
export type Pace = ReturnType<typeof createPace>;
