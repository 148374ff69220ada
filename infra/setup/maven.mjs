// Java servers of the tests: Java itself, and their jars by Maven, into the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDebianPackage } from './debian.mjs';
import { cacheDir, onPath, SetupError } from './environment.mjs';

/**
 * @param server name and version, which name the folder in the cache, and the `pom` that lists what it needs
 * @returns the folder of the jars. @throws SetupError with the command that is missing or failed
 */
export const ensureJars = ({ name, version, pom, options = [] }, log) => {
  // With its compiler: the entries of some are source files.
  ensureDebianPackage('openjdk-17-jdk-headless', () => onPath('java'), log);
  const target = join(cacheDir, name, version);
  if (existsSync(target)) return target;
  ensureDebianPackage('maven', () => onPath('mvn'), log);
  log(`Fetching ${name} ${version} into ${target} …`);
  mkdirSync(join(cacheDir, name), { recursive: true });
  const scratch = mkdtempSync(join(cacheDir, name, 'fetching-'));
  try {
    const args = ['-q', '-B', '-ntp', '-f', pom, ...options, 'dependency:copy-dependencies'];
    const maven = spawnSync('mvn', [...args, `-DoutputDirectory=${scratch}`, '-DincludeScope=runtime'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    if (maven.status !== 0)
      throw new SetupError(
        `mvn ${args.join(' ')} failed: ${(maven.stdout || maven.stderr || 'mvn cannot be run').trim().split('\n')[0]}`,
      );
    // Another set-up may have been faster.
    if (!existsSync(target)) renameSync(scratch, target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
