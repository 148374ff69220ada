import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { freePort } from './freePort.js';
import { startServer } from './server.js';
import { setUp } from './setUp.js';

export interface TestS3 {
  /** An empty bucket of its own. @returns `s3://…` */
  bucket(): Promise<string>;
  /** Of another user than may read: for tests of refusals. */
  readonly accessKey: string;
  readonly secretKey: string;
  readonly client: Client;
  stop(): Promise<void>;
}

const ACCESS_KEY = 'plumblinetest';
const SECRET_KEY = 'canary-secret-of-the-object-store';

/** The Versity S3 Gateway over a folder of its own. */
export const startS3 = async (): Promise<TestS3> => {
  const binary = setUp('versityGateway.mjs');
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-s3-'));
  await mkdir(join(folder, 'data'));
  const port = await freePort();
  const server = await startServer(
    binary,
    ['--port', `127.0.0.1:${port}`, '--health', '/health', 'posix', join(folder, 'data')],
    { ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY },
    async () => (await fetch(`http://127.0.0.1:${port}/health`)).ok,
  );
  const client = new Client({
    endPoint: '127.0.0.1',
    port,
    useSSL: false,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
  });
  let buckets = 0;
  return {
    bucket: async () => {
      buckets += 1;
      await client.makeBucket(`bucket-${buckets}`);
      return `s3://bucket-${buckets}?endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`;
    },
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    client,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
