// HDFS for the tests: Hadoop's MiniDFSCluster, by Maven into the cache. Run by itself it installs and prints the folder of the jars.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, onPath, root, SetupError } from './environment.mjs';

const VERSION = '3.4.2';

/** @returns the folder of the jars. */
export const ensureHadoop = (log) => {
  const target = join(cacheDir, 'hadoop', VERSION);
  if (existsSync(target)) return target;
  for (const command of ['java', 'mvn'])
    if (onPath(command) === null)
      throw new SetupError(
        `The tests of HDFS need ${command}: apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven`,
      );
  log(`Fetching Hadoop ${VERSION} into ${target} (about 110 MB; once) …`);
  mkdirSync(join(cacheDir, 'hadoop'), { recursive: true });
  const scratch = mkdtempSync(join(cacheDir, 'hadoop', 'new-'));
  try {
    const pom = join(root, 'infra', 'setup', 'hadoop', 'pom.xml');
    const result = spawnSync(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        pom,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${scratch}`,
        '-DincludeScope=runtime',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
    );
    if (result.status !== 0)
      throw new SetupError(
        `Maven could not fetch Hadoop (mvn -f ${pom} dependency:copy-dependencies): ${result.stdout.trim().split('\n').at(0)}`,
      );
    // Another set-up may have been faster.
    if (!existsSync(target)) renameSync(scratch, target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(ensureHadoop((text) => process.stderr.write(`${text}\n`)));
