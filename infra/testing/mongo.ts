import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import { freePort } from '../../storage/testing/freePort.js';
import { installed, startServer, type TestServer } from './serverProcess.js';

export interface TestMongo extends TestServer {
  /** Works on a database of it. */
  with<T>(work: (database: Db) => Promise<T>): Promise<T>;
}

/** The database that tests use. */
export const MONGO_DATABASE = 'customers';

/** Starts a server of the MongoDB protocol for a test file; call `stop` in afterAll. */
export const startMongo = async (): Promise<TestMongo> => {
  const { classPath, entry } = installed().mongo;
  const path = await mkdtemp(join(tmpdir(), 'plumbline-mongo-'));
  const port = await freePort();
  const work: TestMongo['with'] = async (use) => {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}`, { serverSelectionTimeoutMS: 1000 });
    try {
      return await use(client.db(MONGO_DATABASE));
    } finally {
      await client.close(true);
    }
  };
  const server = await startServer(
    port,
    [
      'java',
      '-XX:TieredStopAtLevel=1',
      '-Xmx256m',
      '-cp',
      classPath,
      entry,
      String(port),
      join(path, 'data'),
    ],
    () => work((database) => database.command({ ping: 1 })),
    // H2 writes what it was told up to a second later: an unclean end would lose what the test has inserted.
    { remove: () => rm(path, { recursive: true, force: true }), killedBy: 'SIGTERM' },
  );
  return { ...server, with: work };
};
