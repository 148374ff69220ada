import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './freePort.js';

const LISTENER = fileURLToPath(new URL('../../dist/storage/clickhouse/listener.js', import.meta.url));
const READY_MS_MAX = 30_000;

/** A real ClickHouse in a child process, over a folder of its own. */
export interface TestClickHouse {
  readonly url: string;
  readonly path: string;
  /** Process id of the running server; another one after `start`. */
  pid(): number;
  /** Starts it again over the same folder and port. */
  start(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it and removes the folder. */
  stop(): Promise<void>;
}

/** Runs the listener's entry point with these arguments, collecting what it says. */
export const spawnListener = (...args: string[]): { child: ChildProcess; said: () => string } => {
  if (!existsSync(LISTENER)) throw new Error(`${LISTENER} is missing: run \`npm run build\` first`);
  const child = spawn(process.execPath, [LISTENER, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  return { child, said: () => text };
};

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/ping`)).ok;
  } catch {
    return false; // Not yet listening.
  }
};

const startServer = async (path: string, port: number): Promise<ChildProcess> => {
  const { child, said } = spawnListener('--path', path, '--port', String(port), '--exit-with-parent');
  for (const deadline = performance.now() + READY_MS_MAX; performance.now() < deadline; await sleep(25)) {
    if (child.exitCode !== null) throw new Error(`the ClickHouse listener ended: ${said()}`);
    if (await answers(`http://127.0.0.1:${port}`)) return child;
  }
  child.kill('SIGKILL');
  throw new Error(`the ClickHouse listener was not ready in ${READY_MS_MAX} ms: ${said()}`);
};

const endServer = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

/** Starts a ClickHouse for a test file; call `stop` in afterAll. Needs `npm run build`. */
export const startClickHouse = async (): Promise<TestClickHouse> => {
  const path = await mkdtemp(join(tmpdir(), 'plumbline-clickhouse-'));
  const port = await freePort();
  let child = await startServer(path, port);
  return {
    url: `http://127.0.0.1:${port}`,
    path,
    pid: () => child.pid ?? 0,
    start: async () => {
      child = await startServer(path, port);
    },
    kill: () => endServer(child),
    stop: async () => {
      await endServer(child);
      await rm(path, { recursive: true, force: true });
    },
  };
};
