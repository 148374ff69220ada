import type { Headers, HttpAnswer, HttpClient, HttpRequest } from './client.js';
import type { Clock } from './clock.js';
import { HttpFault } from './fault.js';

const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 60_000;
/** A number above this is an instant in Unix seconds, below it a length of time. */
const EPOCH_SECONDS_MIN = 1_000_000_000;

const HTTP_DATE = /^[A-Z][a-z]{2,8},? /;

/**
 * How long the other side wants us to wait, in milliseconds, or null: Retry-After in seconds or as a date (RFC 9110,
 * 10.2.3), else X-RateLimit-Reset (Unix seconds or seconds from now) once X-RateLimit-Remaining is 0 or missing.
 */
export const wishedWaitMs = (headers: Headers, nowMs: number): number | null => {
  const after = headers['retry-after']?.trim();
  if (after !== undefined && /^\d{1,9}$/.test(after)) return Number(after) * 1000;
  if (after !== undefined && HTTP_DATE.test(after) && !Number.isNaN(Date.parse(after)))
    return Math.max(0, Date.parse(after) - nowMs);
  const reset = headers['x-ratelimit-reset']?.trim() ?? '';
  if (!/^\d{1,10}(\.\d+)?$/.test(reset) || Number(headers['x-ratelimit-remaining'] ?? 0) > 0) return null;
  const seconds = Number(reset);
  return seconds < EPOCH_SECONDS_MIN ? seconds * 1000 : Math.max(0, seconds * 1000 - nowMs);
};

/** Exponential backoff with full jitter (Brooker, "Exponential Backoff and Jitter", AWS 2015), in milliseconds. */
const backoffMs = (attempt: number, random: number): number =>
  random * Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** attempt);

/** Statuses that the same request may leave behind by waiting. */
export const isPassingStatus = (status: number): boolean =>
  status === 429 || status === 408 || (status >= 500 && status !== 501 && status !== 505);

export interface Patience {
  readonly attemptsMax: number;
  /** A longer wish is not waited for. */
  readonly waitMsMax: number;
  readonly clock: Clock;
}

/**
 * Asks again after network errors and the statuses that pass, waiting as long as the other side wishes. The last answer
 * or fault is the result, also when the wish is longer than `waitMsMax`. @throws HttpFault; CANCELLED
 */
export const requestPatiently = async (
  client: HttpClient,
  makeRequest: () => HttpRequest | Promise<HttpRequest>,
  { attemptsMax, waitMsMax, clock }: Patience,
  signal: AbortSignal,
): Promise<HttpAnswer> => {
  for (let attempt = 1; ; attempt += 1) {
    let wish: number | null = null;
    try {
      const answer = await client.request(await makeRequest(), signal);
      if (!isPassingStatus(answer.status)) return answer;
      wish = wishedWaitMs(answer.headers, clock.nowMs());
      if (attempt >= attemptsMax || (wish ?? 0) > waitMsMax) return answer;
    } catch (thrown) {
      if (!(thrown instanceof HttpFault) || !thrown.passing || attempt >= attemptsMax) throw thrown;
    }
    const backoff = backoffMs(attempt, clock.random());
    await clock.sleep(wish === null ? Math.min(backoff, waitMsMax) : wish + Math.min(backoff, 1000), signal);
  }
};
