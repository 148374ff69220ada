import { setTimeout as sleep } from 'node:timers/promises';
import { type PredictionRow, toPlumblineError } from '../../contracts/index.js';
import type { Logger } from '../ports.js';
import { type ServingObserver, silentObserver } from './observer.js';
import type { PredictionLog } from './ports.js';

export interface PredictionBufferOptions {
  readonly flushEveryMs?: number;
  /** Rows of one insert; that many waiting rows also start an insert at once. */
  readonly rowsPerInsert?: number;
  /** Rows kept while the row store is away; beyond it the oldest are dropped and counted. */
  readonly rowsMax?: number;
  readonly observer?: ServingObserver;
}

export interface PredictionBuffer {
  /** Never waits and never fails: answering comes before logging. */
  add(rows: readonly PredictionRow[]): void;
  readonly waiting: number;
  /** Writes what waits, trying for at most `timeoutMs`, and stops; what is left then is dropped and counted. */
  close(timeoutMs?: number): Promise<void>;
}

const RETRY_MS_MAX = 30_000;

/**
 * Writes predictions to the row store in the background, a few large inserts instead of many small ones. An
 * outage is waited out with bounded memory; a refusal that no retry can heal costs the rows of that insert.
 */
export const createPredictionBuffer = (
  predictions: PredictionLog,
  log: Logger,
  options: PredictionBufferOptions = {},
): PredictionBuffer => {
  const { flushEveryMs = 1000, rowsPerInsert = 500, rowsMax = 10_000, observer = silentObserver } = options;
  const closing = new AbortController();
  let rows: PredictionRow[] = [];
  let outages = 0;
  let wake: (() => void) | null = null;

  const drop = (count: number): void => {
    rows = rows.slice(count);
    observer.predictionsDropped(count);
  };

  /** @returns false when the row store is away. */
  const insertOnce = async (): Promise<boolean> => {
    const batch = rows.slice(0, rowsPerInsert);
    try {
      await predictions.insert(batch);
      if (outages > 0) log.info({ outages }, 'predictions are logged again');
      outages = 0;
    } catch (thrown) {
      const error = toPlumblineError(thrown);
      if (error.retryable && error.code !== 'INTERNAL') {
        outages += 1;
        if (outages === 1)
          log.warn({ code: error.code, waiting: rows.length }, 'predictions cannot be logged now; they wait');
        return false;
      }
      log.error(
        { err: thrown, code: error.code, rows: batch.length },
        'predictions were refused and are dropped',
      );
      observer.predictionsDropped(batch.length);
    }
    // Rows may have been dropped from the front meanwhile; what was written goes by identity.
    const written = new Set(batch);
    rows = rows.filter((row) => !written.has(row));
    observer.predictionsWaiting(rows.length);
    return true;
  };

  const pause = (ms: number, untilFull: boolean): Promise<void> => {
    const full = new AbortController();
    if (untilFull) wake = () => full.abort();
    const signal = AbortSignal.any([closing.signal, full.signal]);
    return sleep(ms, undefined, { signal }).catch(() => undefined);
  };

  const loop = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const well = outages === 0;
      if (rows.length < rowsPerInsert || !well)
        await pause(well ? flushEveryMs : Math.min(RETRY_MS_MAX, 500 * 2 ** outages), well);
      wake = null;
      while (rows.length > 0 && !closing.signal.aborted) if (!(await insertOnce())) break;
    }
  };
  const looping = loop();

  return {
    add(added) {
      rows.push(...added);
      if (rows.length > rowsMax) drop(rows.length - rowsMax);
      observer.predictionsWaiting(rows.length);
      if (rows.length >= rowsPerInsert) wake?.();
    },
    get waiting() {
      return rows.length;
    },
    async close(timeoutMs = 5000) {
      closing.abort();
      await looping;
      const endMs = performance.now() + timeoutMs;
      while (rows.length > 0 && performance.now() < endMs)
        if (!(await insertOnce())) await sleep(Math.min(200, timeoutMs));
      if (rows.length === 0) return;
      log.error({ rows: rows.length }, 'predictions could not be logged before the end and are lost');
      drop(rows.length);
    },
  };
};
