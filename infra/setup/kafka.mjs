// Apache Kafka: its jars by Maven, into the cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, onPath, SetupError } from './environment.mjs';

const VERSION = '4.4.0';
const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));

/** @returns the folder of the jars. @throws SetupError with the command that is missing or failed */
export const ensureKafka = (log) => {
  if (onPath('java') === null)
    throw new SetupError('Java 17 is needed for Kafka: apt-get install -y default-jdk-headless');
  const target = join(cacheDir, 'kafka', VERSION);
  if (existsSync(target)) return target;
  if (onPath('mvn') === null) throw new SetupError('Maven is needed for Kafka: apt-get install -y maven');
  mkdirSync(join(cacheDir, 'kafka'), { recursive: true });
  const scratch = mkdtempSync(join(cacheDir, 'kafka-'));
  log(`Fetching Kafka ${VERSION} into ${target} …`);
  try {
    const args = ['-q', '-B', '-f', POM, `-Dkafka.version=${VERSION}`, 'dependency:copy-dependencies'];
    const maven = spawnSync('mvn', [...args, `-DoutputDirectory=${scratch}`, '-DincludeScope=runtime'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    if (maven.status !== 0) throw new SetupError(`mvn ${args.join(' ')} failed: ${maven.stdout.trim()}`);
    renameSync(scratch, target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
