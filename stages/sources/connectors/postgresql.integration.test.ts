import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgresql, type TestPostgresql } from '../../../infra/testing/postgresql.js';
import { connectorSuite } from '../testing/connectorSuite.js';
import type { SourceSection } from '../testing/place.js';
import type { Cursor } from './connector.js';
import { databaseSuite, failureOf } from './testing/databaseSuite.js';
import { checkOf, contextOf, pagesOf, readAll, rowsOf, sourceOf } from './testing/reading.js';

const SECRETS = { 'env:READER': 'canary-reader-7d1', 'env:WRONG': 'canary-wrong-55e' };
const TIMEOUT_MS = 120_000;

const withReader = async (): Promise<TestPostgresql> => {
  const server = await startPostgresql();
  await server.run(`
    CREATE USER reader PASSWORD 'canary-reader-7d1'; GRANT pg_read_all_data TO reader;
    CREATE TABLE tickets (id int PRIMARY KEY, changed bigint NOT NULL, body text NOT NULL)`);
  return server;
};

const keysOf = ({ host, port }: TestPostgresql, further: object = { table: 'tickets' }) => ({
  connector: 'postgresql',
  host,
  port,
  database: 'postgres',
  user: 'reader',
  password: 'env:READER',
  ...further,
});

databaseSuite('PostgreSQL', async () => {
  const server = await withReader();
  return {
    server,
    keys: keysOf(server),
    secrets: SECRETS,
    clear: async () => {
      await server.run('TRUNCATE tickets');
    },
    insert: async (tickets) => {
      await server.run(
        `INSERT INTO tickets SELECT id, changed, body FROM json_to_recordset('${JSON.stringify(tickets)}')
         AS t (id int, changed bigint, body text)`,
      );
    },
  };
});

const placesOf = async (further: SourceSection) => {
  const server = await withReader();
  let places = 0;
  return {
    secrets: SECRETS,
    stop: () => server.stop(),
    place: async () => {
      const table = `place_${places++}`;
      await server.run(
        `CREATE TABLE ${table} (id serial PRIMARY KEY, text text NOT NULL, label text NOT NULL)`,
      );
      const add = async (numbers: readonly number[], body: string) => {
        const rows = numbers.map((number) => `('item-${number} ${body}', 'ham')`);
        await server.run(`INSERT INTO ${table} (text, label) VALUES ${rows.join(', ')}`);
      };
      const label = { from: 'field', field: 'label' };
      const source = { ...keysOf(server, { table }), label, textFields: ['text'], pageRows: 7, ...further };
      return {
        source,
        refused: { ...source, password: 'env:WRONG' },
        unreachable: { ...source, port: 9 },
        add: (numbers: readonly number[]) => add(numbers, 'Dear Ada'),
        addLarge: (number: number, bytes: number) => add([number], 'x'.repeat(bytes)),
      };
    },
  };
};

connectorSuite({
  name: 'postgresql, read on',
  credentials: true,
  remote: true,
  pageRecordsMax: 7,
  start: () => placesOf({ incremental: { column: 'id', tieBreaker: 'id' } }),
});

connectorSuite({
  name: 'postgresql, snapshot',
  credentials: true,
  remote: true,
  pageRecordsMax: 7,
  start: () => placesOf({}),
});

describe('PostgreSQL', () => {
  let server: TestPostgresql;
  const context = contextOf(SECRETS);
  beforeAll(async () => {
    server = await withReader();
  }, TIMEOUT_MS);
  afterAll(() => server.stop());

  const read = (further: object) => readAll(sourceOf(keysOf(server, further)), context);
  const valuesOf = async (select: string) => rowsOf(await read({ query: select }))[0];

  it('gives values exactly, in forms that JSON can hold', async () => {
    expect(
      await valuesOf(`SELECT 9007199254740993::int8 AS large, 42::int8 AS small, 7::int2 AS tiny,
        123456789012345678901234.5600::numeric AS decimal, 'NaN'::numeric AS nan, 0.1::float8 AS float,
        'Infinity'::float4 AS infinite, true AS yes, NULL::text AS nothing, 'Zürich 😀' AS text,
        '2026-11-24 10:00:00.123456+02'::timestamptz AS instant, '2026-11-24 10:00:00.5'::timestamp AS local,
        '2026-11-24'::date AS day, '-infinity'::timestamptz AS ever, interval '1 day 2 hours' AS span,
        '\\xdeadbeef'::bytea AS bytes, '{"b": 12345678901234567890, "a": [1.50, "1"]}'::jsonb AS json,
        ARRAY['a', NULL, 'b,"c'] AS texts, ARRAY[[1, 2], [3, 4]]::int8[] AS matrix,
        ARRAY[1.10, 2]::numeric[] AS decimals, 'f47ac10b-58cc-4372-a567-0e02b2c3d479'::uuid AS uuid`),
    ).toEqual({
      large: '9007199254740993',
      small: 42,
      tiny: 7,
      decimal: '123456789012345678901234.5600',
      nan: 'NaN',
      float: 0.1,
      infinite: 'Infinity',
      yes: true,
      nothing: null,
      text: 'Zürich 😀',
      instant: '2026-11-24T08:00:00.123456Z',
      local: '2026-11-24T10:00:00.5',
      day: '2026-11-24',
      ever: '-infinity',
      span: 'P1DT2H',
      bytes: '3q2+7w==',
      json: { b: '12345678901234567890', a: [1.5, '1'] },
      texts: ['a', null, 'b,"c'],
      matrix: [
        [1, 2],
        [3, 4],
      ],
      decimals: ['1.10', '2'],
      uuid: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    });
  });

  it('gives the text of a database in another encoding as Unicode', async () => {
    await server.run(
      "CREATE DATABASE latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    await server.run("CREATE TABLE names (name text); INSERT INTO names VALUES ('Zürich')", 'latin1');
    const records = await read({ table: 'names', database: 'latin1' });
    expect(rowsOf(records)).toEqual([{ name: 'Zürich' }]);
  });

  it.each([
    ['INSERT', "INSERT INTO tickets VALUES (1, 1, 'x') RETURNING *"],
    ['a function that writes', "SELECT setval('numbers', 7)"],
    [
      'an end of the protection',
      "WITH s AS (SELECT set_config('transaction_read_only', 'off', false)) SELECT * FROM s",
    ],
    ['a table it may not read', 'SELECT * FROM secret'],
  ])('is refused %s by the server', async (_what, query) => {
    await server.run(
      'CREATE SEQUENCE IF NOT EXISTS numbers; CREATE TABLE IF NOT EXISTS secret (a int); GRANT ALL ON tickets, numbers TO reader',
    );
    if (query.includes('secret')) await server.run('REVOKE pg_read_all_data FROM reader');
    const { code } = await failureOf(read({ query }));
    expect(code).toBe('SOURCE_REFUSED');
    await server.run('GRANT pg_read_all_data TO reader');
    expect(await server.run('SELECT * FROM tickets')).toEqual([]);
  });

  it('cannot be talked into two statements', async () => {
    const { code } = await failureOf(
      read({ query: "SELECT 1; COMMIT; INSERT INTO tickets VALUES (2, 2, 'x')" }),
    );
    expect(code).toBe('SOURCE_UNREADABLE');
    expect(await server.run('SELECT * FROM tickets')).toEqual([]);
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
    const source = sourceOf(keysOf(server, { query: 'SELECT pg_sleep(60)' }));
    const failure = failureOf(readAll(source, contextOf(SECRETS, null, controller.signal)));
    setTimeout(() => controller.abort(), 300);
    expect((await failure).code).toBe('CANCELLED');
  });

  it('says TIMEOUT of a statement that takes longer than it may', async () => {
    const { code } = await failureOf(read({ query: 'SELECT pg_sleep(5)', statementTimeoutSeconds: 1 }));
    expect(code).toBe('TIMEOUT');
  });

  it('says SOURCE_UNREADABLE of tables, columns and queries that are not there or not clear', async () => {
    await server.run("CREATE TABLE IF NOT EXISTS texts (t text); INSERT INTO texts VALUES ('canary-row')");
    for (const further of [
      { table: 'no such table' },
      { table: 'tickets', columns: ['nothing'] },
      { query: 'SELEC 1' },
      { query: 'SELECT 1 AS a, 2 AS a' },
      { query: 'SELECT t::int FROM texts' },
      { query: 'SELECT 1 AS a', incremental: { column: 'b', tieBreaker: 'a' } },
      { table: 'tickets', database: 'nowhere' },
    ]) {
      const { code, text } = await failureOf(read(further));
      expect([further, code]).toEqual([further, 'SOURCE_UNREADABLE']);
      expect(text).not.toContain('canary');
    }
  });

  it('takes names as names, whatever is in them', async () => {
    await server.run(
      `CREATE SCHEMA "a.b"; CREATE TABLE "a.b"."x""; DROP TABLE tickets; --" ("sel ect" int PRIMARY KEY);
       INSERT INTO "a.b"."x""; DROP TABLE tickets; --" VALUES (5)`,
    );
    const records = await read({ schema: 'a.b', table: 'x"; DROP TABLE tickets; --', columns: ['sel ect'] });
    expect(rowsOf(records)).toEqual([{ 'sel ect': 5 }]);
  });

  it.each([
    ['timestamptz', "'2026-11-24 10:00:00.12345' || n", 'timestamptz'],
    ['numeric', '(12345678901234567890.00000000001 + n * 0.00000000001)', 'numeric'],
    ['text', "'é' || n", 'text'],
    ['bigint', '9007199254740990 + n', 'bigint'],
    ['uuid', "('f47ac10b-58cc-4372-a567-0e02b2c3d47' || n)", 'uuid'],
  ])('goes on from a %s without losing its last digit', async (_what, expression, type) => {
    const query = `SELECT n AS id, (${expression})::${type} AS at FROM generate_series(0, 9) AS n;`;
    const source = sourceOf(
      keysOf(server, { query, incremental: { column: 'at', tieBreaker: 'id' }, pageRows: 1 }),
    );
    const seen: unknown[] = [];
    for await (const { records, cursor } of pagesOf(source, context)) {
      seen.push(...rowsOf(records).map(({ id }) => id));
      const rest = rowsOf(await readAll(source, contextOf(SECRETS, cursor))).map(({ id }) => id);
      expect([...seen, ...rest]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });

  it('says which column has vanished since the last collection', async () => {
    await server.run(
      "CREATE TABLE changing (id int PRIMARY KEY, label text, body text); INSERT INTO changing VALUES (1, 'a', 'b')",
    );
    const source = sourceOf(
      keysOf(server, { table: 'changing', incremental: { column: 'id', tieBreaker: 'id' } }),
    );
    let cursor: Cursor = null;
    for await (const page of pagesOf(source, context)) cursor = page.cursor;
    await server.run(
      "ALTER TABLE changing DROP COLUMN body, ADD COLUMN more int; INSERT INTO changing VALUES (2, 'c', 1)",
    );
    const { code, text } = await failureOf(readAll(source, contextOf(SECRETS, cursor)));
    expect(code).toBe('SOURCE_UNREADABLE');
    expect(text).toContain('body');
  });

  it('shows the product and its version', async () => {
    expect((await checkOf(sourceOf(keysOf(server)), context)).found).toMatch(/^PostgreSQL \d+/);
  });
});
