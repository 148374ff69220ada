// An S3 server for the tests: the Versity S3 Gateway over a folder, by `go install` into the cache. Run by itself it installs and
// prints the path of the binary.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, onPath, SetupError } from './environment.mjs';

const VERSION = '1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;

/** @returns the path of the binary. */
export const ensureVersityGateway = (log) => {
  const target = join(cacheDir, 'versitygw', VERSION, 'versitygw');
  if (existsSync(target)) return target;
  if (onPath('go') === null)
    throw new SetupError(
      'The tests of S3 need Go: install it (https://go.dev/doc/install), or put the binary of ' +
        `${MODULE} at ${target}.`,
    );
  log(`Building the Versity S3 Gateway ${VERSION} into ${target} (minutes; once) …`);
  mkdirSync(join(cacheDir, 'versitygw', VERSION), { recursive: true });
  const scratch = mkdtempSync(join(cacheDir, 'versitygw', 'new-'));
  try {
    const result = spawnSync('go', ['install', '-p', '2', '-trimpath', '-ldflags=-s -w', MODULE], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, GOBIN: scratch, CGO_ENABLED: '0' },
    });
    if (result.status !== 0)
      throw new SetupError(`go install ${MODULE} failed: ${result.stderr.trim().split('\n').at(-1)}`);
    renameSync(join(scratch, 'versitygw'), target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(ensureVersityGateway((text) => process.stderr.write(`${text}\n`)));
