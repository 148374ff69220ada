// What every set-up script needs to know about the machine; Node built-ins only, since nothing is installed yet.
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const cacheDir = resolve(process.env.PLUMBLINE_CACHE ?? join(homedir(), '.cache', 'plumbline'));

/** A failure the user can mend: printed without a stack, exit status 1. */
export class SetupError extends Error {}

export const requireNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new SetupError(`Node ${process.versions.node} is too old: install Node 20.19 or newer.`);
};

export const requirePython = () => {
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
  } catch {
    throw new SetupError(
      'Python 3 with pip is needed (python3 -m pip --version fails): install python3 and python3-pip.',
    );
  }
};

export const onPath = (command) => {
  try {
    const found = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
    return found === '' ? null : found;
  } catch {
    return null;
  }
};
