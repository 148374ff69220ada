import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, as the error names it. */
  readonly what?: string;
  readonly everyMs?: number;
  /** A bound of its own: a test that is past its time limit must not go on asking for ever. */
  readonly timeoutMs?: number;
}

type Answer<T> = T | null | undefined | false;

/** Asks again until the answer is truthy, and gives it; throws when `timeoutMs` have passed. */
export const until = async <T>(
  ask: () => Answer<T> | Promise<Answer<T>>,
  { what = 'a condition', everyMs = 20, timeoutMs = 60_000 }: UntilOptions = {},
): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what} (${timeoutMs} ms)`);
    await sleep(everyMs);
  }
};
