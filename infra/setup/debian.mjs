// Programs that Debian packages: found where they are, else installed by apt where that is allowed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SetupError } from './environment.mjs';

/** For programs that are not on PATH. */
export const at = (path) => () => (existsSync(path) ? path : null);

const command = (name) => `apt-get install -y --no-install-recommends ${name}`;

/**
 * @param find says where what the package holds lies, or null
 * @returns what `find` found. @throws SetupError with the command that installs it
 */
export const ensureDebianPackage = (name, find, log) => {
  const present = find();
  if (present !== null) return present;
  log(`Installing the Debian package ${name} …`);
  // Another installation may be under way: it is waited for.
  const apt = spawnSync('sh', ['-c', `${command(name)} -o DPkg::Lock::Timeout=300`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const installed = apt.status === 0 ? find() : null;
  if (installed !== null) return installed;
  const problem =
    apt.stderr?.trim().split('\n').at(-1) ||
    (apt.status === 0 ? 'it is not where it was looked for' : 'apt-get is missing');
  throw new SetupError(
    `What ${name} holds is missing and could not be installed (${problem}). Run: ${command(name)}`,
  );
};
