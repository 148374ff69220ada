import { throwIfCancelled } from './infer.js';
import type { TakenCheckpoint, TrainingOptions, TrainingProgress, TrainingResult } from './trainingRun.js';
import { TrainingSession } from './trainingSession.js';

export interface TrainingControl {
  /** Stops the run within one step (a run of several, where there are) or one batch of an evaluation. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called between steps; may call `take`, which writes the state as it is into a new file. */
  readonly takeCheckpoints?: (take: (path: string) => TakenCheckpoint) => void;
}

/**
 * Trains until the last step or early stopping. Computes on the calling thread, which is free for other events only
 * between steps; `startTraining` is the same on a thread of its own.
 *
 * Throws what `TrainingSession` throws, and CANCELLED.
 */
export async function trainToEnd(
  options: TrainingOptions,
  { signal, onProgress, takeCheckpoints }: TrainingControl = {},
): Promise<TrainingResult> {
  const session = await TrainingSession.create(options);
  const take = (path: string) => {
    session.writeCheckpoint(path);
    return { step: session.stepsDone, path };
  };
  try {
    while (!session.done) {
      takeCheckpoints?.(take);
      throwIfCancelled(signal);
      for (const progress of await session.advance(signal)) onProgress?.(progress);
    }
    takeCheckpoints?.(take);
    return session.result();
  } finally {
    await session.dispose();
  }
}
