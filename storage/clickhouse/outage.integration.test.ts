import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlumblineError } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { spawnListener, startClickHouse, type TestClickHouse } from '../testing/clickhouse.js';
import { codeOf } from '../testing/errors.js';
import { freePort } from '../testing/freePort.js';
import { aRecord } from '../testing/rows.js';
import { openRowStore } from './client.js';
import { sourceRecords } from './source-records.js';

/** Resident memory the embedded ClickHouse may take. */
const RESIDENT_KIB_MAX = 1024 * 1024;

const rowStoreAt = (url: string, requestTimeoutMs?: number) =>
  openRowStore({
    url,
    database: 'plumbline',
    user: 'default',
    password: () => Promise.resolve(''),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });

describe('embedded ClickHouse', () => {
  let server: TestClickHouse;
  beforeAll(async () => {
    server = await startClickHouse();
  }, 180_000);
  afterAll(() => server.stop());

  it('refuses a second server over the same folder, and a port that is taken, with a line that says so', async () => {
    const other = await mkdtemp(join(tmpdir(), 'plumbline-clickhouse-'));
    for (const [path, port] of [
      [server.path, await freePort()],
      [other, Number(new URL(server.url).port)],
    ] as const) {
      const { child, said } = spawnListener('--path', path, '--port', String(port));
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).toBe(1);
      expect(said()).toContain(`clickhouse listener: stopped listening on 127.0.0.1:${port} over ${path}`);
    }
    const { child, said } = spawnListener('--port', 'x');
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, said()]).toEqual([1, expect.stringContaining('usage:')]);
    await rm(other, { recursive: true });
  }, 180_000);

  it('loses and doubles no row when it is killed during inserts and the inserts are made again', async () => {
    const rows = rowStoreAt(server.url);
    const store = sourceRecords(rows);
    const batchId = sha256Hex('killed');
    const records = Array.from({ length: 60_000 }, (_, number) => aRecord(number, { batchId }));
    let failures = 0;
    let finished = false;

    const insertAll = async (): Promise<void> => {
      for (let at = 0; at < records.length; ) {
        try {
          await store.insert(records.slice(at, at + 6_000));
          at += 6_000;
        } catch (thrown) {
          if (!(thrown instanceof PlumblineError) || thrown.code !== 'CLICKHOUSE_UNREACHABLE') throw thrown;
          failures += 1;
          await sleep(50);
        }
      }
      finished = true;
    };
    const killThreeTimes = async (): Promise<void> => {
      for (let round = 0; round < 3 && !finished; round += 1) {
        await sleep(150 + 100 * round);
        await server.kill();
        await server.start();
      }
    };
    await Promise.all([insertAll(), killThreeTimes()]);

    const kept = await store.readBatch(batchId);
    expect(kept.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId).sort());
    expect(failures).toBeGreaterThan(0);
    await rows.close();
  }, 180_000);

  it('stays under 1 GiB of resident memory', async () => {
    const status = await readFile(`/proc/${server.pid()}/status`, 'utf8');
    const peakKib = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
    expect(peakKib).toBeLessThan(RESIDENT_KIB_MAX);
  });
});

describe('row store without a server', () => {
  it('says CLICKHOUSE_UNREACHABLE while nobody listens, and works once ClickHouse is up', async () => {
    const server = await startClickHouse();
    await server.kill();
    const rows = rowStoreAt(server.url);
    const store = sourceRecords(rows);
    expect(await codeOf(store.insert([aRecord(1)]))).toBe('CLICKHOUSE_UNREACHABLE');
    expect(await codeOf(store.readBatch(sha256Hex('batch')))).toBe('CLICKHOUSE_UNREACHABLE');
    expect(await codeOf(rows.ping())).toBe('CLICKHOUSE_UNREACHABLE');
    await server.start();
    await rows.ping();
    await store.insert([aRecord(1)]);
    expect(await store.readBatch(sha256Hex('batch'))).toEqual([aRecord(1)]);
    await rows.close();
    await server.stop();
  }, 180_000);

  it('says CLICKHOUSE_UNREACHABLE of one that hangs, hangs up, or is no ClickHouse', async () => {
    const answers = [undefined, '', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nno\n'];
    for (const answer of answers) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        if (answer !== undefined) socket.on('data', () => socket.end(answer));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const rows = rowStoreAt(`http://127.0.0.1:${port}`, 500);
      expect(await codeOf(rows.insert('source_records_v1', [aRecord(1)]))).toBe('CLICKHOUSE_UNREACHABLE');
      await rows.close();
      server.close();
    }
  });
});
