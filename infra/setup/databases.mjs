// PostgreSQL and MariaDB as Debian packages and a server of the MongoDB protocol from Maven Central, for the tests.
// Run as a script it installs what is missing and prints where all of it lies, as JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, onPath, SetupError } from './environment.mjs';

const MONGO = join(dirname(fileURLToPath(import.meta.url)), 'mongo');
/** Where Debian's packages put the servers of each release; they are not on PATH. */
const POSTGRESQL_RELEASES = '/usr/lib/postgresql';

const install = (what, command, args, log) => {
  log(`Installing ${what} …`);
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0)
    throw new SetupError(
      `${what} is missing, and its installation failed (${result.stderr?.trim().split('\n').at(-1) ?? command}). ` +
        `Run: ${command} ${args.join(' ')}`,
    );
};

const debian = (name, log) =>
  install(name, 'apt-get', ['install', '-y', '--no-install-recommends', name], log);

const postgresqlFolder = () => {
  const given = process.env.PLUMBLINE_POSTGRESQL_BIN;
  if (given !== undefined) return given;
  const initdb = onPath('initdb');
  if (initdb !== null) return dirname(initdb);
  if (!existsSync(POSTGRESQL_RELEASES)) return null;
  return (
    readdirSync(POSTGRESQL_RELEASES)
      .sort((a, b) => Number(b) - Number(a))
      .map((release) => join(POSTGRESQL_RELEASES, release, 'bin'))
      .find((folder) => existsSync(join(folder, 'postgres'))) ?? null
  );
};

/** @returns the folder of initdb and postgres. */
const ensurePostgresql = (log) => {
  if (postgresqlFolder() === null) debian('postgresql', log);
  const found = postgresqlFolder();
  if (found === null) throw new SetupError('PostgreSQL was installed, but its programs are not to be found.');
  return found;
};

/** @returns the paths of mariadbd and mariadb-install-db. */
const ensureMariadb = (log) => {
  if (onPath('mariadbd') === null) debian('mariadb-server', log);
  const [server, initialise] = [onPath('mariadbd'), onPath('mariadb-install-db')];
  if (server === null || initialise === null)
    throw new SetupError('mariadbd or mariadb-install-db is not on PATH: add the folder that holds it.');
  return { server, initialise };
};

/** @returns the class path and the source file of the server's entry. */
const ensureMongo = (log) => {
  const entry = join(MONGO, 'MongoServerMain.java');
  const folder = join(cacheDir, 'mongo-java-server', '1.47.0');
  const classPath = join(folder, '*');
  if (existsSync(folder)) return { classPath, entry };
  for (const command of ['java', 'mvn'])
    if (onPath(command) === null) debian(command === 'java' ? 'openjdk-17-jdk-headless' : 'maven', log);
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(join(dirname(folder), 'fetching-'));
  try {
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${scratch}`, '-DincludeScope=runtime'];
    install('mongo-java-server', 'mvn', ['-q', '-B', '-ntp', '-f', join(MONGO, 'pom.xml'), ...copy], log);
    renameSync(scratch, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { classPath, entry };
};

/** Installs the databases that the tests need. */
export const ensureDatabases = (log) => ({
  postgresql: ensurePostgresql(log),
  mariadb: ensureMariadb(log),
  mongo: ensureMongo(log),
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(JSON.stringify(ensureDatabases((text) => process.stderr.write(`${text}\n`))));
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
