import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '../../../contracts/testing/until.js';

const READY_MS_MAX = 120_000;

/** A broker that runs in a process of its own. */
export interface BrokerProcess {
  readonly child: ChildProcess;
  /** What it wrote, its last lines. */
  said(): string;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program that ends with this process at the latest. */
export const spawnBroker = (
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): BrokerProcess => {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-8000);
    });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').finally(() => process.removeListener('exit', kill));
  return {
    child,
    said: () => said,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
};

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });

/** Waits until `ready` says so, or by default until the port is open. @throws when the process ends before */
export const untilReady = (
  broker: BrokerProcess,
  port: number,
  ready: () => boolean | Promise<boolean> = () => isOpen(port),
): Promise<boolean> =>
  until(
    () => {
      if (broker.child.exitCode !== null) throw new Error(`the broker ended: ${broker.said()}`);
      return ready();
    },
    { what: 'the broker', everyMs: 100, timeoutMs: READY_MS_MAX },
  );
