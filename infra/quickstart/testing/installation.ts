import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));
const PIPELINE = fileURLToPath(new URL('./small.yaml', import.meta.url));
export const RUN_TIMEOUT_MS = 600_000;

export const waitingFor = (what: string) => ({ what, everyMs: 100, timeoutMs: RUN_TIMEOUT_MS });

export interface Quickstart {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number>;
}

/** Runs the small pipeline with `npm run quickstart`'s own entry point. */
export const quickstart = (dataDir: string, ...options: string[]): Quickstart => {
  const child = spawn(process.execPath, [MAIN, ...options, PIPELINE], {
    env: { ...process.env, PLUMBLINE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const collect = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return {
    process: child,
    output: () => text,
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code ?? -1))),
  };
};

/** File names of the published and unpublished manifests of a kind. */
export const manifests = (dataDir: string, kind: string): string[] => {
  const folder = join(dataDir, 'objects', 'manifests', kind);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
};

/** The running process of that name. */
export const pidOf = (dataDir: string, name: string): number => {
  const processes = JSON.parse(readFileSync(join(dataDir, 'run', 'processes.json'), 'utf8')) as {
    name: string;
    pid: number;
  }[];
  return processes.find((entry) => entry.name === name)!.pid;
};

export const checkpointSeen = (dataDir: string): boolean => {
  const folder = join(dataDir, 'objects', 'checkpoints');
  return existsSync(folder) && readdirSync(folder, { recursive: true }).length > 1;
};
