import { throwIfCancelled } from '../pace.js';

/** The result of work that runs off the calling thread, which is told when `signal` is aborted. @throws CANCELLED */
export const untilCancelled = async <Result>(
  signal: AbortSignal,
  start: () => { readonly result: Promise<Result>; cancel(): void },
): Promise<Result> => {
  throwIfCancelled(signal);
  const work = start();
  const cancel = () => work.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work.result;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
