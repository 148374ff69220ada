import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { throwIfCancelled } from '../../pace.js';

/** Time as the web connectors see it; it decides when they ask, never what they give. */
export interface Clock {
  nowMs(): number;
  /** @throws CANCELLED */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  sleep: async (ms, signal) => {
    throwIfCancelled(signal);
    if (ms <= 0) return;
    await wait(ms, undefined, { signal }).catch(() => undefined);
    throwIfCancelled(signal);
  },
  // Callers that were refused together must not come back together.
  random: () => randomInt(2 ** 32) / 2 ** 32,
};
