import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Long, ObjectId, UUID } from 'mongodb';
import { MONGO_DATABASE, startMongo, type TestMongo } from '../../../infra/testing/mongo.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import { databaseSuite, failureOf } from './testing/databaseSuite.js';
import { contextOf, pagesOf, readAll, rowsOf, sourceOf } from './testing/reading.js';

const TIMEOUT_MS = 120_000;

const keysOf = ({ host, port }: TestMongo, further: object = {}) => ({
  connector: 'mongodb',
  host,
  port,
  database: MONGO_DATABASE,
  collection: 'tickets',
  ...further,
});

databaseSuite('MongoDB', async () => {
  const server = await startMongo();
  return {
    server,
    keys: keysOf(server),
    secrets: {},
    clear: () =>
      server.with(async (database) => {
        await database.collection('tickets').deleteMany({});
      }),
    insert: (tickets) =>
      server.with(async (database) => {
        const documents = tickets.map((ticket) => ({ _id: new ObjectId(ticket.id), ...ticket }));
        await database.collection('tickets').insertMany(documents);
      }),
  };
});

// The server in the tests knows no users: it refuses whoever brings credentials.
connectorSuite({
  name: 'mongodb',
  credentials: true,
  remote: true,
  pageRecordsMax: 7,
  start: async () => {
    const server = await startMongo();
    let places = 0;
    return {
      secrets: { 'env:READER': 'canary-reader-7d1' },
      stop: () => server.stop(),
      place: async () => {
        const collection = `place_${places++}`;
        let next = 0;
        const add = (numbers: readonly number[], body: string) =>
          server.with(async (database) => {
            const documents = numbers.map((number) => ({
              _id: new ObjectId(next++),
              text: `item-${number} ${body}`,
              label: 'ham',
            }));
            await database.collection(collection).insertMany(documents);
          });
        const source = {
          ...keysOf(server, { collection, incremental: { column: '_id' }, pageRows: 7 }),
          label: { from: 'field', field: 'label' },
          textFields: ['text'],
        };
        return {
          source,
          refused: { ...source, user: 'reader', password: 'env:READER' },
          unreachable: { ...source, port: 9 },
          add: (numbers) => add(numbers, 'Dear Ada'),
          addLarge: (number, bytes) => add([number], 'x'.repeat(bytes)),
        };
      },
    };
  },
});

describe('MongoDB', () => {
  let server: TestMongo;
  const context = contextOf({ 'env:READER': 'canary-reader-7d1' });
  beforeAll(async () => {
    server = await startMongo();
  }, TIMEOUT_MS);
  afterAll(() => server.stop());

  const insert = (collection: string, documents: object[]) =>
    server.with((database) => database.collection(collection).insertMany(documents));
  const read = (further: object) => readAll(sourceOf(keysOf(server, further)), context);

  it('gives values exactly, in forms that JSON can hold', async () => {
    const id = new ObjectId('6560f0c0c0c0c0c0c0c0c0c0');
    const document = {
      _id: id,
      large: Long.fromString('9007199254740993'),
      small: Long.fromString('42'),
      decimal: Decimal128.fromString('0.10'),
      float: 0.1,
      infinite: Number.POSITIVE_INFINITY,
      nothing: null,
      text: 'Zürich 😀',
      instant: new Date('2026-11-24T10:00:00.123Z'),
      bytes: new Binary(Buffer.from('deadbeef', 'hex')),
      uuid: new UUID('f47ac10b-58cc-4372-a567-0e02b2c3d479'),
      nested: { list: [1, { deep: id }] },
      pattern: /a.b/i,
    };
    await insert('kinds', [document]);
    expect(rowsOf(await read({ collection: 'kinds' }))).toEqual([
      {
        _id: '6560f0c0c0c0c0c0c0c0c0c0',
        large: '9007199254740993',
        small: 42,
        decimal: '0.10',
        float: 0.1,
        infinite: 'Infinity',
        nothing: null,
        text: 'Zürich 😀',
        instant: '2026-11-24T10:00:00.123Z',
        bytes: '3q2+7w==',
        uuid: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
        nested: { list: [1, { deep: '6560f0c0c0c0c0c0c0c0c0c0' }] },
        pattern: '/a.b/i',
      },
    ]);
  });

  it('reads what the filter and the columns say', async () => {
    const ids = [1, 2, 3].map((number) => new ObjectId(number));
    await insert(
      'chosen',
      ids.map((_id, number) => ({ _id, number, inner: { keep: number, drop: 'x' } })),
    );
    const filter = { _id: { $gt: { $oid: ids[0]!.toHexString() } } };
    expect(rowsOf(await read({ collection: 'chosen', filter, columns: ['number', 'inner.keep'] }))).toEqual([
      { number: 1, inner: { keep: 1 } },
      { number: 2, inner: { keep: 2 } },
    ]);
  });

  it.each([
    ['an ObjectId', (n: number) => new ObjectId(n), '_id'],
    ['an instant', (n: number) => new Date(1_700_000_000_000 + n), 'at'],
    ['a 64-bit integer', (n: number) => Long.fromString(`900719925474099${n}`), 'at'],
    ['a text', (n: number) => `é${n}`, 'at'],
  ])('goes on from %s without a loss and without a double', async (what, at, column) => {
    const collection = what.replaceAll(' ', '');
    await insert(
      collection,
      Array.from({ length: 10 }, (_, n) => ({ _id: new ObjectId(n), n, [column]: at(n) })),
    );
    const source = sourceOf(keysOf(server, { collection, incremental: { column }, pageRows: 1 }));
    const seen: unknown[] = [];
    for await (const { records, cursor } of pagesOf(source, context)) {
      seen.push(...rowsOf(records).map(({ n }) => n));
      const rest = rowsOf(await readAll(source, contextOf({}, cursor))).map(({ n }) => n);
      expect([...seen, ...rest]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('says a coded error of a server that does not take the credentials, without the password', async () => {
    const { code, text } = await failureOf(read({ user: 'reader', password: 'env:READER' }));
    expect(code).toBe('SOURCE_REFUSED');
    expect(text).not.toContain('canary');
  });

  it('says SOURCE_UNREADABLE of a query that the server does not know', async () => {
    await insert('queried', [{ a: 1 }]);
    const { code } = await failureOf(read({ collection: 'queried', filter: { a: { $nonsense: 1 } } }));
    expect(code).toBe('SOURCE_UNREADABLE');
  });
});
