import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../../storage/testing/freePort.js';
import { installed, startServer, type TestServer } from './serverProcess.js';

const PASSWORD = 'canary-mariadb-administrator';
const SMALL_LOG = '--innodb-log-file-size=8M';

export interface TestMariadb extends TestServer {
  readonly user: string;
  readonly password: string;
  /** Runs statements as the administrator. @returns what the driver gives: rows, or a list of results. */
  run(sql: string, database?: string): Promise<unknown>;
}

/** Starts a MariaDB for a test file; call `stop` in afterAll. `settings` are further options of mariadbd. */
export const startMariadb = async (...settings: readonly string[]): Promise<TestMariadb> => {
  const programs = installed().mariadb;
  const path = await mkdtemp(join(tmpdir(), 'plumbline-mariadb-'));
  const data = `--datadir=${join(path, 'data')}`;
  // Only root may give the server another user, and must.
  const user = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  if (user.length > 0) execFileSync('chown', ['mysql', path]);
  execFileSync(
    programs.initialise,
    ['--no-defaults', ...user, data, '--auth-root-authentication-method=normal', '--skip-test-db', SMALL_LOG],
    { stdio: 'ignore' },
  );
  const port = await freePort();
  let password = '';
  const run: TestMariadb['run'] = async (sql, database = 'mysql') => {
    const options = { host: '127.0.0.1', port, user: 'root', password, database, charset: 'utf8mb4' };
    const connection = await createConnection({ ...options, multipleStatements: true });
    try {
      const [rows] = await connection.query(sql);
      return rows;
    } finally {
      connection.destroy();
    }
  };
  const server = await startServer(
    port,
    [
      programs.server,
      ...['--no-defaults', ...user, data, `--port=${port}`, '--bind-address=127.0.0.1', SMALL_LOG],
      ...[`--socket=${path}/socket`, `--pid-file=${path}/pid`, '--skip-name-resolve', ...settings],
    ],
    () => run('SELECT 1'),
    { remove: () => rm(path, { recursive: true, force: true }) },
  );
  await run(`ALTER USER root@127.0.0.1 IDENTIFIED BY '${PASSWORD}'`);
  password = PASSWORD;
  return { ...server, user: 'root', password: PASSWORD, run };
};
