import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS_MAX = 90_000;

export interface TestServer {
  /** Ends it at once. */
  stop(): Promise<void>;
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

/** Starts a server that ends with this process at the latest, and waits until `ready`, given what it said, says so. */
export const startServer = async (
  command: string,
  args: readonly string[],
  env: SpawnOptions['env'],
  ready: (said: string) => boolean | Promise<boolean>,
): Promise<TestServer> => {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const listen = (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(-4000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const isReady = async (): Promise<boolean> => {
    try {
      return await ready(said);
    } catch {
      return false; // Not yet listening.
    }
  };
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  for (const deadline = performance.now() + READY_MS_MAX; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${said}`);
    if (await isReady())
      return {
        stop: async () => {
          process.removeListener('exit', kill);
          await end(child);
        },
      };
  }
  await end(child);
  throw new Error(`${command} was not ready in ${READY_MS_MAX} ms: ${said}`);
};
