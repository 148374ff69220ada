// PostgreSQL and MariaDB as Debian packages and a server of the MongoDB protocol from Maven Central, for the tests.
// Run as a script it installs what is missing and prints where all of it lies, as JSON.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackage } from './debian.mjs';
import { onPath, SetupError } from './environment.mjs';
import { ensureJars } from './maven.mjs';

const MONGO = join(dirname(fileURLToPath(import.meta.url)), 'mongo');
/** Where Debian's packages put the servers of each release; they are not on PATH. */
const POSTGRESQL_RELEASES = '/usr/lib/postgresql';

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
const ensurePostgresql = (log) => ensureDebianPackage('postgresql', postgresqlFolder, log);

/** @returns the paths of mariadbd and mariadb-install-db. */
const ensureMariadb = (log) => {
  const server = ensureDebianPackage('mariadb-server', () => onPath('mariadbd'), log);
  const initialise = onPath('mariadb-install-db');
  if (initialise === null)
    throw new SetupError('mariadb-install-db is not on PATH: add the folder that holds it.');
  return { server, initialise };
};

/** @returns the class path and the source file of the server's entry. */
const ensureMongo = (log) => {
  const pom = join(MONGO, 'pom.xml');
  const folder = ensureJars({ name: 'mongo-java-server', version: '1.47.0', pom }, log);
  return { classPath: join(folder, '*'), entry: join(MONGO, 'MongoServerMain.java') };
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
