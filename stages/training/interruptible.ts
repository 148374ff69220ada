import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { toPlumblineError } from '../../contracts/index.js';
import type { TrainingHandle, TrainingResult } from '../../nn/index.js';
import { throwIfCancelled } from '../pace.js';
import type { Logger } from '../ports.js';
import type { CheckpointStore } from './checkpointStore.js';

/** Cancelled work must be over within 10 s; the last checkpoint gets the larger part of them. */
const LAST_CHECKPOINT_MS_MAX = 7_000;
const THREAD_END_MS_MAX = 2_000;

export interface InterruptibleOptions {
  readonly signal: AbortSignal;
  readonly store: CheckpointStore;
  readonly checkpointEveryMs: number;
  readonly log: Logger;
}

/**
 * Waits for a training thread, keeps a checkpoint every so often, and at a cancellation keeps a last one before
 * the thread is stopped. A checkpoint that cannot be kept costs time after a crash, not the training.
 * @throws CANCELLED, and what the training throws
 */
export const awaitInterruptible = async (
  handle: TrainingHandle,
  options: InterruptibleOptions,
): Promise<TrainingResult> => {
  const { signal } = options;
  const finished = new AbortController();
  const periodic = keepCheckpoints(handle, options, AbortSignal.any([signal, finished.signal]));
  try {
    const result = await Promise.race([handle.result, rejectionOf(signal, finished.signal)]);
    finished.abort();
    await periodic;
    return result;
  } catch (failure) {
    finished.abort();
    if (signal.aborted) await stop(handle, options, periodic);
    throwIfCancelled(signal);
    throw failure;
  }
};

const keepCheckpoints = async (
  handle: TrainingHandle,
  options: InterruptibleOptions,
  until: AbortSignal,
): Promise<void> => {
  for (;;) {
    await sleep(options.checkpointEveryMs, undefined, { signal: until }).catch(() => {});
    if (until.aborted) return;
    await keepOne(handle, options);
  }
};

const keepOne = async (
  handle: Pick<TrainingHandle, 'checkpoint'>,
  { store, log }: InterruptibleOptions,
): Promise<void> => {
  try {
    const { step, path } = await handle.checkpoint();
    try {
      await store.save(step, path);
    } finally {
      await rm(path, { force: true });
    }
  } catch (cause) {
    const { code, message } = toPlumblineError(cause);
    // The run ended, well or not, before the checkpoint was taken: its result tells.
    if (code === 'CANCELLED') return;
    log.warn({ code, error: message }, 'a checkpoint could not be kept; the training goes on');
  }
};

const stop = async (
  handle: TrainingHandle,
  options: InterruptibleOptions,
  periodic: Promise<void>,
): Promise<void> => {
  await settleWithin(LAST_CHECKPOINT_MS_MAX, keepOne(handle, options));
  handle.cancel();
  await settleWithin(THREAD_END_MS_MAX, Promise.allSettled([handle.result, periodic]));
};

const settleWithin = async (limitMs: number, work: Promise<unknown>): Promise<void> => {
  const done = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([work, limit]);
  done.abort();
};

/** Never resolves; rejects when `signal` is aborted, and is forgotten after `end`. */
const rejectionOf = (signal: AbortSignal, end: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const onAbort = () => reject(new Error('aborted', { cause: signal.reason }));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true, signal: end });
  });
