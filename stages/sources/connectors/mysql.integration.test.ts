import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMariadb, type TestMariadb } from '../../../infra/testing/mariadb.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import type { Cursor } from './connector.js';
import { databaseSuite, failureOf } from './testing/databaseSuite.js';
import { contextOf, pagesOf, readAll, rowsOf, sourceOf } from './testing/reading.js';

const SECRETS = { 'env:READER': 'canary-reader-7d1', 'env:WRONG': 'canary-wrong-55e' };
const TIMEOUT_MS = 120_000;

const withReader = async (): Promise<TestMariadb> => {
  const server = await startMariadb('--max-allowed-packet=64M', '--innodb-flush-log-at-trx-commit=1');
  await server.run(`
    CREATE DATABASE customers CHARACTER SET utf8mb4;
    CREATE USER reader@127.0.0.1 IDENTIFIED BY 'canary-reader-7d1'; GRANT SELECT ON customers.* TO reader@127.0.0.1;
    CREATE TABLE customers.tickets (id int PRIMARY KEY, changed bigint NOT NULL, body longtext NOT NULL)`);
  return server;
};

const keysOf = ({ host, port }: TestMariadb, further: object = { table: 'tickets' }) => ({
  connector: 'mysql',
  host,
  port,
  database: 'customers',
  user: 'reader',
  password: 'env:READER',
  ...further,
});

databaseSuite('MariaDB', async () => {
  const server = await withReader();
  return {
    server,
    keys: keysOf(server),
    secrets: SECRETS,
    clear: async () => {
      await server.run('TRUNCATE tickets', 'customers');
    },
    insert: async (tickets) => {
      for (let start = 0; start < tickets.length; start += 500) {
        const rows = tickets
          .slice(start, start + 500)
          .map((row) => `(${row.id}, ${row.changed}, '${row.body}')`);
        await server.run(`INSERT INTO tickets VALUES ${rows.join(', ')}`, 'customers');
      }
    },
  };
});

connectorSuite({
  name: 'mysql',
  credentials: true,
  remote: true,
  pageRecordsMax: 7,
  start: async () => {
    const server = await withReader();
    let places = 0;
    return {
      secrets: SECRETS,
      stop: () => server.stop(),
      place: async () => {
        const table = `place_${places++}`;
        await server.run(
          `CREATE TABLE ${table} (id serial PRIMARY KEY, text longtext NOT NULL, label varchar(9) NOT NULL)`,
          'customers',
        );
        const add = async (numbers: readonly number[], body: string) => {
          const rows = numbers.map((number) => `('item-${number} ${body}', 'ham')`);
          await server.run(`INSERT INTO ${table} (text, label) VALUES ${rows.join(', ')}`, 'customers');
        };
        const source = {
          ...keysOf(server, { table, incremental: { column: 'id', tieBreaker: 'id' }, pageRows: 7 }),
          label: { from: 'field', field: 'label' },
          textFields: ['text'],
        };
        return {
          source,
          refused: { ...source, password: 'env:WRONG' },
          unreachable: { ...source, port: 9 },
          add: (numbers) => add(numbers, 'Dear Ada'),
          addLarge: (number, bytes) => add([number], 'x'.repeat(bytes)),
        };
      },
    };
  },
});

describe('MariaDB', () => {
  let server: TestMariadb;
  const context = contextOf(SECRETS);
  beforeAll(async () => {
    server = await withReader();
  }, TIMEOUT_MS);
  afterAll(() => server.stop());

  const read = (further: object) => readAll(sourceOf(keysOf(server, further)), context);
  const run = (sql: string) => server.run(sql, 'customers');

  it('gives values exactly, in forms that JSON can hold', async () => {
    await run(`
      CREATE TABLE kinds (large bigint, huge bigint unsigned, tiny tinyint, number decimal(30, 10), real_ double,
        nothing text, body text, old varchar(20) CHARACTER SET latin1, instant timestamp(6) NULL, local_ datetime(3),
        day date, span time, bytes blob, fixed binary(4), bits bit(9), doc json, choice enum('a', 'b'), year_ year);
      SET time_zone = '+02:00';
      INSERT INTO kinds VALUES (-9007199254740993, 18446744073709551615, 7, 12345678901234567890.12, 0.1,
        NULL, 'Zürich 😀', 'Zürich', '2026-11-24 10:00:00.123456', '2026-11-24 10:00:00.5',
        '2026-11-24', '-26:00:01', x'deadbeef', x'01', b'100000001', '{"b": 12345678901234567890, "a": [1.5]}', 'b', 2026)`);
    expect(rowsOf(await read({ table: 'kinds' }))[0]).toEqual({
      large: '-9007199254740993',
      huge: '18446744073709551615',
      tiny: 7,
      number: '12345678901234567890.1200000000',
      real_: 0.1,
      nothing: null,
      body: 'Zürich 😀',
      old: 'Zürich',
      instant: '2026-11-24T08:00:00.123456Z',
      local_: '2026-11-24T10:00:00.500',
      day: '2026-11-24',
      span: '-26:00:01',
      bytes: '3q2+7w==',
      fixed: 'AQAAAA==',
      bits: 257,
      doc: { b: '12345678901234567890', a: [1.5] },
      choice: 'b',
      year_: 2026,
    });
  });

  it.each([
    ['INSERT', "INSERT INTO tickets VALUES (1, 1, 'x')"],
    ['UPDATE', "UPDATE tickets SET body = ''"],
    ['DROP', 'DROP TABLE tickets'],
    ['a table it may not read', 'SELECT * FROM mysql.global_priv'],
  ])('is refused %s by the server', async (what, query) => {
    if (what !== 'a table it may not read') await run('GRANT ALL ON customers.* TO reader@127.0.0.1');
    const { code } = await failureOf(read({ query }));
    expect(code).toBe('SOURCE_REFUSED');
    expect(await run('SELECT * FROM tickets')).toEqual([]);
  });

  it('cannot be talked into two statements', async () => {
    const { code } = await failureOf(read({ query: "SELECT 1; INSERT INTO tickets VALUES (2, 2, 'x')" }));
    expect(code).toBe('SOURCE_UNREADABLE');
    expect(await run('SELECT * FROM tickets')).toEqual([]);
  });

  it('says SOURCE_REFUSED of a wrong password and of none, without the password', async () => {
    for (const password of ['env:WRONG', undefined]) {
      const { code, text } = await failureOf(read({ table: 'tickets', password }));
      expect(code).toBe('SOURCE_REFUSED');
      expect(text).not.toContain('canary');
    }
  });

  it('is cancelled while the server works', async () => {
    const controller = new AbortController();
    const source = sourceOf(keysOf(server, { query: 'SELECT SLEEP(60)' }));
    const failure = failureOf(readAll(source, contextOf(SECRETS, null, controller.signal)));
    setTimeout(() => controller.abort(), 300);
    expect((await failure).code).toBe('CANCELLED');
  });

  it('says TIMEOUT of a statement that takes longer than it may', async () => {
    const { code } = await failureOf(read({ query: 'SELECT SLEEP(5)', statementTimeoutSeconds: 1 }));
    expect(code).toBe('TIMEOUT');
  });

  it('says SOURCE_UNREADABLE of tables, columns and queries that are not there or not clear', async () => {
    for (const further of [
      { table: 'no such table' },
      { table: 'tickets', columns: ['nothing'] },
      { query: 'SELEC 1' },
      { query: 'SELECT 1 AS a, 2 AS a' },
      { query: 'SELECT 1 AS a', incremental: { column: 'b', tieBreaker: 'a' } },
      { query: 'SELECT 1 AS a, 0.5e0 AS b', incremental: { column: 'b', tieBreaker: 'a' } },
    ]) {
      const { code } = await failureOf(read(further));
      expect([further, code]).toEqual([further, 'SOURCE_UNREADABLE']);
    }
  });

  it('takes names as names, whatever is in them', async () => {
    await run('CREATE TABLE `x``; DROP TABLE tickets; --` (`sel.ect` int PRIMARY KEY)');
    await run('INSERT INTO `x``; DROP TABLE tickets; --` VALUES (5)');
    const records = await read({ table: 'x`; DROP TABLE tickets; --', columns: ['sel.ect'] });
    expect(rowsOf(records)).toEqual([{ 'sel.ect': 5 }]);
  });

  it.each([
    ['timestamp', "CONCAT('2026-11-24 10:00:00.12345', id)", 'timestamp(6)'],
    ['decimal', '12345678901234567890.00000000001 + id * 0.00000000001', 'decimal(40, 11)'],
    ['text', "CONCAT('é', id)", 'varchar(20) CHARACTER SET latin1'],
    ['bigint', '18446744073709551600 + id', 'bigint unsigned'],
    ['binary', 'UNHEX(CONCAT("ff0", id))', 'varbinary(16)'],
  ])('goes on from a %s without losing its last digit', async (what, expression, type) => {
    const table = `by_${what}`;
    await run(`CREATE TABLE ${table} (id int, at ${type}, KEY (at, id))`);
    await run(
      `INSERT INTO ${table} SELECT seq, NULL FROM seq_0_to_9; UPDATE ${table} SET at = ${expression}`,
    );
    const source = sourceOf(
      keysOf(server, { table, incremental: { column: 'at', tieBreaker: 'id' }, pageRows: 1 }),
    );
    const seen: unknown[] = [];
    for await (const { records, cursor } of pagesOf(source, context)) {
      seen.push(...rowsOf(records).map(({ id }) => id));
      const rest = rowsOf(await readAll(source, contextOf(SECRETS, cursor))).map(({ id }) => id);
      expect([...seen, ...rest]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('says which column has vanished since the last collection', async () => {
    await run('CREATE TABLE changing (id int PRIMARY KEY, label text, body text)');
    await run("INSERT INTO changing VALUES (1, 'a', 'b')");
    const source = sourceOf(
      keysOf(server, { table: 'changing', incremental: { column: 'id', tieBreaker: 'id' } }),
    );
    let cursor: Cursor = null;
    for await (const page of pagesOf(source, context)) cursor = page.cursor;
    await run("ALTER TABLE changing DROP COLUMN body; INSERT INTO changing VALUES (2, 'c')");
    const { code, text } = await failureOf(readAll(source, contextOf(SECRETS, cursor)));
    expect(code).toBe('SOURCE_UNREADABLE');
    expect(text).toContain('body');
  });
});
