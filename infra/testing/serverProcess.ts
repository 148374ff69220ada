import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SETUP = fileURLToPath(new URL('../setup/databases.mjs', import.meta.url));
const READY_MS_MAX = 120_000;

/** Where the set-up script found or put the databases. */
export interface Installed {
  readonly postgresql: string;
  readonly mariadb: { readonly server: string; readonly initialise: string };
  readonly mongo: { readonly classPath: string; readonly entry: string };
}

let places: Installed | undefined;

/** Installs what is missing, once; the script's message says what to do when it cannot. */
export const installed = (): Installed => {
  places ??= JSON.parse(execFileSync(process.execPath, [SETUP], { encoding: 'utf8' })) as Installed;
  return places;
};

/** A real database server over a folder of its own. */
export interface TestServer {
  readonly host: string;
  readonly port: number;
  /** Starts it again over the same folder and port. */
  start(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it and removes the folder. */
  stop(): Promise<void>;
}

/** Servers refuse to run as root: what a command line needs in front to run as another user. */
export const asUser = (user: string): readonly string[] =>
  process.getuid?.() === 0 ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'] : [];

const launch = async (command: readonly string[], ready: () => Promise<unknown>): Promise<ChildProcess> => {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      text = (text + bytes.toString()).slice(-4000);
    });
  for (const deadline = performance.now() + READY_MS_MAX; performance.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${text}`);
    try {
      await ready();
      return child;
    } catch {
      // Not yet listening.
    }
  }
  child.kill('SIGKILL');
  throw new Error(`${program} was not ready in ${READY_MS_MAX} ms: ${text}`);
};

/** Starts a server by its command line; `ready` throws until it answers. `killedBy` ends it without a clean end. */
export const startServer = async (
  port: number,
  command: readonly string[],
  ready: () => Promise<unknown>,
  { remove, killedBy = 'SIGKILL' }: { remove: () => Promise<void>; killedBy?: NodeJS.Signals },
): Promise<TestServer> => {
  let child = await launch(command, ready);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(killedBy);
    await ended;
  };
  return {
    host: '127.0.0.1',
    port,
    start: async () => {
      child = await launch(command, ready);
    },
    kill,
    stop: async () => {
      await kill();
      await remove();
    },
  };
};
