import { setTimeout as sleep } from 'node:timers/promises';
import { toPlumblineError } from '../../contracts/index.js';
import type { ArtifactStore, LineageEmitter, Logger, WorkReport } from '../../stages/ports.js';
import { runEvent } from './event.js';
import type { LineageTarget } from './target.js';

export interface EmitterOptions {
  readonly target: LineageTarget;
  readonly artifacts: Pick<ArtifactStore, 'get'>;
  readonly namespace: string;
  readonly log: Pick<Logger, 'warn'>;
  /** Events that wait at most; the oldest is given up for one more. */
  readonly waitingMax?: number;
  readonly retryMsFirst?: number;
}

const WAITING_MAX = 1_000;
const SEND_MS_MAX = 5_000;
const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 30_000;
/** A stopping worker gives events that wait this long; a receiver that is down keeps it no longer. */
const CLOSE_MS_MAX = 2_000;

/**
 * Sends events one after another in the background. Work never waits for it: a receiver that is down costs at most
 * the events that do not fit the queue, and each loss is logged.
 */
export const openLineageEmitter = (options: EmitterOptions): LineageEmitter & { close(): Promise<void> } => {
  const { target, log, waitingMax = WAITING_MAX, retryMsFirst = RETRY_MS_FIRST } = options;
  const waiting: { readonly report: WorkReport; readonly at: string }[] = [];
  const stopping = new AbortController();
  let sending: Promise<void> | null = null;

  const sendOne = async ({ report, at }: (typeof waiting)[number]): Promise<void> => {
    const event = await runEvent(options, report, at);
    for (let retryMs = retryMsFirst; ; retryMs = Math.min(2 * retryMs, RETRY_MS_MAX)) {
      try {
        const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(SEND_MS_MAX)]);
        return await target.send(event, signal);
      } catch (thrown) {
        const { code, message } = toPlumblineError(thrown);
        if (stopping.signal.aborted || code === 'REQUEST_INVALID') throw thrown;
        log.warn(
          { code, message, waiting: waiting.length, retryMs },
          'lineage event not taken; trying again',
        );
        await sleep(retryMs, undefined, { signal: stopping.signal });
      }
    }
  };

  const sendAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await sendOne(next);
      } catch (thrown) {
        const { code, message } = toPlumblineError(thrown);
        log.warn({ code, message, job: next.report.job, state: next.report.state }, 'lineage event lost');
      }
    }
    sending = null;
  };

  return {
    emit: (report) => {
      if (stopping.signal.aborted) return;
      if (waiting.length >= waitingMax) {
        const lost = waiting.shift()!.report;
        log.warn({ job: lost.job, state: lost.state }, 'lineage event lost: too many wait');
      }
      waiting.push({ report, at: new Date().toISOString() });
      sending ??= sendAll();
    },
    close: async () => {
      const late = new AbortController();
      await Promise.race([
        sending,
        sleep(CLOSE_MS_MAX, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      stopping.abort();
      await sending;
    },
  };
};
