// Servers that Debian packages: found in their usual places, else installed by apt where that is allowed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SetupError } from './environment.mjs';

const command = (name) => `apt-get install -y --no-install-recommends ${name}`;

/** @returns `path`, which the package holds. @throws SetupError with the command that installs it */
export const ensureDebianPackage = (name, path, log) => {
  if (existsSync(path)) return path;
  log(`Installing the Debian package ${name} …`);
  // Another installation may be under way: it is waited for.
  const apt = spawnSync('sh', ['-c', `${command(name)} -o DPkg::Lock::Timeout=300`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (apt.status === 0 && existsSync(path)) return path;
  const problem = apt.stderr?.trim().split('\n').at(-1) || 'apt-get is missing';
  throw new SetupError(`${path} is missing and could not be installed (${problem}). Run: ${command(name)}`);
};
