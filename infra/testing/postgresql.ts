import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../storage/testing/freePort.js';
import { asUser, installed, startServer, type TestServer } from './serverProcess.js';

/** Who may do everything, and the password. */
const ADMINISTRATOR = { user: 'administrator', password: 'canary-postgresql-administrator' };

export interface TestPostgresql extends TestServer {
  readonly user: string;
  readonly password: string;
  /** Runs statements as the administrator. @returns the rows of the last one. */
  run(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
}

const initialise = async (programs: string, path: string): Promise<void> => {
  const passwordFile = join(path, 'password');
  await writeFile(passwordFile, ADMINISTRATOR.password);
  const user = asUser('postgres');
  if (user.length > 0) execFileSync('chown', ['-R', 'postgres', path]);
  const options = ['-U', ADMINISTRATOR.user, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '-N'];
  const [program = '', ...args] = [...user, join(programs, 'initdb'), ...options];
  execFileSync(program, [...args, '-D', join(path, 'data'), '-E', 'UTF8', '--locale=C.UTF-8'], {
    stdio: 'ignore',
  });
};

/** Starts a PostgreSQL for a test file; call `stop` in afterAll. `settings` are further server settings. */
export const startPostgresql = async (...settings: readonly string[]): Promise<TestPostgresql> => {
  const programs = installed().postgresql;
  const path = await mkdtemp(join(tmpdir(), 'plumbline-postgresql-'));
  await initialise(programs, path);
  const port = await freePort();
  const run: TestPostgresql['run'] = async (sql, database = 'postgres') => {
    const client = new Client({ ...ADMINISTRATOR, host: '127.0.0.1', port, database });
    // A server that is killed says so here too; the query's own error is what the test sees.
    client.on('error', () => undefined);
    try {
      await client.connect();
      // Several statements give a result each.
      const results = [await client.query<Record<string, unknown>>(sql)].flat();
      return results.at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  };
  const server = await startServer(
    port,
    [
      ...asUser('postgres'),
      join(programs, 'postgres'),
      ...['-D', join(path, 'data'), '-p', String(port)],
      ...['listen_addresses=127.0.0.1', `unix_socket_directories=${path}`, 'fsync=off', ...settings].flatMap(
        (setting) => ['-c', setting],
      ),
    ],
    () => run('SELECT 1'),
    // An immediate shutdown: nothing is written, and the next start recovers as after a crash.
    { remove: () => rm(path, { recursive: true, force: true }), killedBy: 'SIGQUIT' },
  );
  return { ...server, ...ADMINISTRATOR, run };
};
