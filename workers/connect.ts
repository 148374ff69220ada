import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { plumblineError } from '../contracts/index.js';
import type { Logger } from '../stages/ports.js';

const FIRST_DELAY_MS = 250;
const DELAY_MS_MAX = 5000;
/** A server that starts beside the worker is up within seconds; after these tries a person should hear of it. */
const QUIET_ATTEMPTS = 5;

/**
 * Connects to Temporal, for as long as it takes: a worker that gave up would have to be started again by hand.
 * From the sixth try on every failure is logged with what to do.
 * @throws the signal's reason when it is aborted meanwhile
 */
export const connectPatiently = async (options: {
  readonly address: string;
  readonly log: Pick<Logger, 'info' | 'error'>;
  readonly signal: AbortSignal;
  readonly firstDelayMs?: number;
}): Promise<NativeConnection> => {
  const { address, log, signal, firstDelayMs = FIRST_DELAY_MS } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await NativeConnection.connect({ address });
    } catch (cause) {
      const error = plumblineError('TEMPORAL_UNREACHABLE', `Temporal does not answer at ${address}.`, {
        cause,
      });
      const fields = { code: error.code, address, attempt, action: error.action, err: error };
      if (attempt > QUIET_ATTEMPTS) log.error(fields, error.message);
      else log.info({ address, attempt }, 'waiting for Temporal');
    }
    await delay(Math.min(firstDelayMs * 2 ** (attempt - 1), DELAY_MS_MAX), undefined, { signal });
  }
};
