import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlumblineError } from '../../../contracts/index.js';
import { openObjects, remoteFolders } from '../../../storage/objects/openObjects.js';
import { secretResolver } from '../../../storage/secrets.js';
import { freePort } from '../../../storage/testing/freePort.js';
import { startHdfs, type TestHdfs } from '../../../storage/testing/hdfsServer.js';
import { startS3, type TestS3 } from '../../../storage/testing/s3Server.js';
import { memoryWorld } from '../../testing/index.js';
import { filesSource, readSource } from '../files/testing/readSource.js';
import { files } from './files.js';

const goldens = fileURLToPath(new URL('../files/goldens', import.meta.url));
const credentials = { accessKey: 'env:TEST_ACCESS', secretKey: 'env:TEST_SECRET' };
const section = { include: ['**/*'], exclude: ['*.py', 'expected.json'], credentials };

let s3: TestS3;
let hdfs: TestHdfs;
beforeAll(async () => {
  [s3, hdfs] = await Promise.all([startS3(), startHdfs()]);
}, 600_000);
afterAll(() => Promise.all([s3.stop(), hdfs.stop()]));

const secrets = (overrides: Readonly<Record<string, string>> = {}) =>
  secretResolver({ TEST_ACCESS: s3.accessKey, TEST_SECRET: s3.secretKey, ...overrides });

/** The golden files there. */
const fill = async (url: string): Promise<string> => {
  const store = openObjects('url', url, credentials, secrets());
  for (const name of await readdir(goldens)) await store.put(name, await readFile(`${goldens}/${name}`));
  return url;
};

const summary = async (root: string) => {
  const records = await readSource({ ...section, root }, { folders: remoteFolders(secrets()) });
  return records.map(({ field: _field, raw, ...record }) => ({ ...record, kept: raw !== null }));
};

describe.each([
  ['S3', async () => fill((await s3.bucket()).replace('?', '/some/prefix?'))],
  ['WebHDFS', () => fill(hdfs.folder())],
])('files in %s', (_name, place) => {
  it('give the records that the same files give in a folder, in the same order', async () => {
    const root = await place();
    expect(await summary(root)).toEqual(await summary(goldens));
    const [first] = await readSource(
      { root, include: ['tone.wav'], credentials, fileBytesMax: 100_000 },
      { folders: remoteFolders(secrets()) },
    );
    expect(first?.field('sampleRate')).toBe('16000');
  }, 60_000);

  it('are found by a test of the source; one that is too large is quarantined, and never copied whole', async () => {
    const root = await place();
    const context = { ...memoryWorld(), cursor: null, folders: remoteFolders(secrets()) };
    const source = filesSource({ root, include: ['*.csv'], credentials });
    expect(await files.test(source, context)).toEqual({
      found: '1 file',
      fields: ['id', 'label', 'score', 'text'],
    });
    const records = await readSource(
      { root, include: ['tone*.wav'], credentials, fileBytesMax: 20_000 },
      { folders: remoteFolders(secrets()) },
    );
    expect(records.map(({ path, fault }) => [path, fault])).toEqual([
      ['tone.wav', null],
      ['tone24.wav', 'file-too-large'],
    ]);
  }, 60_000);
});

describe('a place that cannot be read', () => {
  it('is refused, unreachable or not there, and no credential is told', async () => {
    const bucket = await fill(await s3.bucket());
    const nobody = await freePort();
    const codeOf = async (root: string, resolver = secrets()) => {
      try {
        await readSource({ ...section, root }, { folders: remoteFolders(resolver) });
      } catch (thrown) {
        const told = `${JSON.stringify(thrown)} ${String((thrown as Error).stack)}`;
        expect(told).not.toContain(s3.secretKey);
        expect(told).not.toContain(s3.accessKey);
        return thrown instanceof PlumblineError ? thrown.code : String(thrown);
      }
      return 'none';
    };
    expect(await codeOf(bucket, secrets({ TEST_SECRET: 'another' }))).toBe('SOURCE_REFUSED');
    expect(await codeOf(bucket, secretResolver({}))).toBe('SECRET_UNRESOLVED');
    expect(await codeOf(bucket.replace('bucket-', 'no-bucket-'))).toBe('SOURCE_UNREADABLE');
    expect(await codeOf(`s3://bucket?endpoint=http://127.0.0.1:${nobody}`)).toBe('SOURCE_UNREACHABLE');
    expect(await codeOf(`webhdfs://127.0.0.1:${nobody}/x`)).toBe('SOURCE_UNREACHABLE');
    expect(await codeOf(hdfs.folder())).toBe('SOURCE_EMPTY');
    expect(await codeOf('ftp://host/x')).toBe('SOURCE_UNREADABLE');
  });
});
