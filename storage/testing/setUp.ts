import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a set-up script of infra/setup, which installs what is missing into the cache.
 * @returns what it prints: the path of what it made ready.
 */
export const setUp = (script: string): string =>
  execFileSync(process.execPath, [fileURLToPath(new URL(`../../infra/setup/${script}`, import.meta.url))], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
