import { Worker } from 'node:worker_threads';
import { NnError } from '../errors.js';
import type { TrainingEstimate } from '../plan/trainingEstimate.js';
import { threadEntry } from './threadEntry.js';
import { fromFailure, type Job, type Report } from './threadProtocol.js';
import type { TakenCheckpoint, TrainingProgress } from './trainingRun.js';

export interface RunningJob<Result> {
  readonly result: Promise<Result>;
  /**
   * The state after the step in progress. Rejects with CANCELLED when the run ends before it is taken, and with what
   * the file system says when it cannot be written; the run goes on.
   */
  checkpoint(): Promise<TakenCheckpoint>;
  cancel(): void;
}

export interface JobListeners {
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called once, before a training begins. */
  readonly onEstimate?: (estimate: TrainingEstimate) => void;
}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Runs a job on a new thread. `moved` buffers of the job are transferred and unusable afterwards. */
export function startJob<Result>(
  job: Job,
  moved: readonly ArrayBuffer[],
  { onProgress, onEstimate }: JobListeners = {},
): RunningJob<Result> {
  const worker = new Worker(threadEntry(import.meta.url, 'thread.js'));
  const checkpoints = new Map<number, Waiting<TakenCheckpoint>>();
  let lastId = 0;
  let ended = false;

  const result = new Promise<Result>((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.type === 'progress') onProgress?.(report.progress);
      else if (report.type === 'estimate') onEstimate?.(report.estimate);
      else if (report.type === 'checkpoint') {
        checkpoints.get(report.id)?.resolve(report.taken);
        checkpoints.delete(report.id);
      } else if (report.type === 'checkpointFailure') {
        checkpoints.get(report.id)?.reject(fromFailure(report.failure));
        checkpoints.delete(report.id);
      } else if (report.type === 'result') resolve(report.result as Result);
      else reject(fromFailure(report.failure));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      ended = true;
      for (const { reject: refuse } of checkpoints.values()) refuse(endedError());
      checkpoints.clear();
      reject(new Error(`the training thread ended with code ${code} and no result`));
    });
  });
  // A caller may ask for checkpoints before it awaits the result; the failure still reaches whoever awaits.
  result.catch(() => undefined);
  worker.postMessage(job, moved);

  return {
    result,
    cancel: () => worker.postMessage({ type: 'cancel' }),
    checkpoint: () =>
      new Promise((resolve, reject) => {
        if (ended) return reject(endedError());
        lastId += 1;
        checkpoints.set(lastId, { resolve, reject });
        worker.postMessage({ type: 'checkpoint', id: lastId });
      }),
  };
}

function endedError(): NnError {
  return new NnError('CANCELLED', 'the run ended before the checkpoint was taken');
}
