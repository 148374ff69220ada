import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plumblineError } from '../../contracts/index.js';

/** Where events go. */
export interface LineageTarget {
  /** @throws when the event was not taken, and REQUEST_INVALID when it never will be */
  send(event: object, signal: AbortSignal): Promise<void>;
}

const fileTarget = (path: string): LineageTarget => ({
  send: async (event) => {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, `${JSON.stringify(event)}\n`);
  },
});

/** Answers that the same event may not get a second time. */
const mayPass = (status: number): boolean => status >= 500 || status === 408 || status === 429;

const httpTarget = (url: string, apiKey: () => Promise<string | null>): LineageTarget => ({
  send: async (event, signal) => {
    const key = await apiKey();
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(event),
      redirect: 'error',
      signal,
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const told = `the receiver of lineage events answered ${answer.status}`;
    throw plumblineError(mayPass(answer.status) ? 'TIMEOUT' : 'REQUEST_INVALID', told);
  },
});

/**
 * `file:///path` appends a line an event (NDJSON); `http:` and `https:` post each to the address as it stands.
 * @throws CONFIG_INVALID for another scheme
 */
export const lineageTarget = (url: string, apiKey: () => Promise<string | null>): LineageTarget => {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return fileTarget(fileURLToPath(url));
  if (protocol === 'http:' || protocol === 'https:') return httpTarget(url, apiKey);
  throw plumblineError(
    'CONFIG_INVALID',
    `PLUMBLINE_OPENLINEAGE_URL: ${protocol} is neither file: nor http(s):`,
  );
};
