import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { PlumblineError } from '../../../contracts/index.js';

const CLOSING_MS_MAX = 10_000;

/** The reference whose secret stands somewhere in the value, or null. */
export const canaryIn = (value: unknown, secrets: Readonly<Record<string, string>>): string | null => {
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, { depth: null, maxStringLength: null, maxArrayLength: null });
  const variants = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ];
  return (
    Object.entries(secrets).find(([, secret]) => variants(secret).some((each) => text.includes(each)))?.[0] ??
    null
  );
};

/** What of an error leaves the process: messages, stacks and details, its causes' too. */
export const errorText = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  const details = thrown instanceof PlumblineError ? JSON.stringify(thrown.details) : '';
  return `${thrown.message}\n${details}\n${thrown.stack}\n${thrown.cause === undefined ? '' : errorText(thrown.cause)}`;
};

const SOCKETS = new Set(['TCPSocketWrap', 'TLSWrap', 'PipeWrap']);

/** Connections of this process; waits a while for them to become as few as expected. */
export const socketsOpen = async (expected: number): Promise<number> => {
  for (const deadline = performance.now() + (expected > 0 ? CLOSING_MS_MAX : 1_000); ; await sleep(50)) {
    const open = process.getActiveResourcesInfo().filter((kind) => SOCKETS.has(kind)).length;
    if (open <= expected || performance.now() > deadline) return open;
  }
};
