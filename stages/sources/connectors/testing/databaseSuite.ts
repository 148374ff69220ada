import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PlumblineError, type Source } from '../../../../contracts/index.js';
import type { TestServer } from '../../../../infra/testing/serverProcess.js';
import type { Cursor } from '../connector.js';
import { checkOf, contextOf, pagesOf, readAll, rowsOf, type Secrets, sourceOf } from './reading.js';

const TIMEOUT_MS = 120_000;

/** A row of the table `tickets`: id is unique, changed only grows and often repeats. */
export interface Ticket {
  readonly id: number;
  readonly changed: number;
  readonly body: string;
}

export interface DatabaseUnderTest {
  readonly server: TestServer;
  /** Keys of a source that reads `tickets`, all but `incremental`. */
  readonly keys: object;
  readonly secrets: Secrets;
  /** Makes `tickets` empty. */
  clear(): Promise<void>;
  insert(tickets: readonly Ticket[]): Promise<void>;
}

const INCREMENTAL = { incremental: { column: 'changed', tieBreaker: 'id' } };

/** Seven rows of each instant, so that pages of 5 and 16 end in the middle of one. */
const tickets = (count: number, body = 'x'): readonly Ticket[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index,
    changed: Math.floor(index / 7),
    body: `${body}${index}`,
  }));

const idsOf = (rows: readonly Record<string, unknown>[]): readonly number[] =>
  rows.map(({ id }) => Number(id));

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** The error that the work throws, with everything that hangs on it as text. */
export const failureOf = async (work: Promise<unknown>): Promise<{ code: string; text: string }> => {
  try {
    await work;
  } catch (thrown) {
    if (!(thrown instanceof PlumblineError)) throw thrown;
    const { code, message, details, stack, cause } = thrown;
    return { code, text: JSON.stringify([message, details, stack, String(cause)]) };
  }
  throw new Error('expected a coded error, but the work succeeded');
};

/** What every connector of a database must do. */
export const databaseSuite = (name: string, start: () => Promise<DatabaseUnderTest>): void => {
  describe(`database connector: ${name}`, () => {
    let database: DatabaseUnderTest;
    const source = (further: object = {}): Source => sourceOf({ ...database.keys, ...further });
    const context = (cursor: Cursor = null, signal?: AbortSignal) =>
      contextOf(database.secrets, cursor, signal);

    beforeAll(async () => {
      database = await start();
    }, TIMEOUT_MS);
    afterAll(() => database.server.stop());
    beforeEach(() => database.clear());

    it('says what answered and which fields there are', async () => {
      await database.insert(tickets(1));
      const check = await checkOf(source(), context());
      expect(check.found).toContain(name);
      expect(check.fields).toEqual(expect.arrayContaining(['id', 'changed', 'body']));
    });

    it('reads the same rows in the same order, whatever the length of the pages', async () => {
      await database.insert([...tickets(100)].reverse());
      const all = await readAll(source(), context());
      expect(idsOf(rowsOf(all))).toEqual(numbers(100));
      expect(all.map(({ position }) => position)).toEqual(numbers(100));
      const short = await readAll(source({ pageRows: 3 }), context());
      expect(short.map(({ sha256 }) => sha256)).toEqual(all.map(({ sha256 }) => sha256));
    });

    it('says SOURCE_EMPTY of a snapshot without rows, and nothing of an increment without', async () => {
      expect((await failureOf(readAll(source(), context()))).code).toBe('SOURCE_EMPTY');
      expect(await readAll(source(INCREMENTAL), context())).toEqual([]);
    });

    it('goes on from every page without a loss and without a double, also within equal values', async () => {
      await database.insert([...tickets(80)].reverse());
      const incremental = source({ ...INCREMENTAL, pageRows: 5 });
      let seen: number[] = [];
      for await (const page of pagesOf(incremental, context())) {
        seen = [...seen, ...idsOf(rowsOf(page.records))];
        const rest = await readAll(incremental, context(JSON.parse(JSON.stringify(page.cursor)) as Cursor));
        expect([...seen, ...idsOf(rowsOf(rest))]).toEqual(numbers(80));
        expect(rest.map(({ position }) => position)).toEqual(numbers(80).slice(seen.length));
      }
      expect(seen).toEqual(numbers(80));
    });

    it('finds rows that were added since, and only those', async () => {
      await database.insert(tickets(20));
      let cursor: Cursor = null;
      for await (const page of pagesOf(source(INCREMENTAL), context())) cursor = page.cursor;
      expect(await readAll(source(INCREMENTAL), context(cursor))).toEqual([]);
      await database.insert(tickets(40).slice(20));
      expect(idsOf(rowsOf(await readAll(source(INCREMENTAL), context(cursor))))).toEqual(
        numbers(40).slice(20),
      );
    });

    it('quarantines a gigantic row and reads on', async () => {
      const [small, ...others] = tickets(30);
      await database.insert([{ ...small!, body: 'g'.repeat(3_000_000) }, ...others]);
      const records = await readAll(source({ recordBytesMax: 100_000 }), context());
      expect(records.map(({ fault }) => fault)).toEqual(['too-large', ...others.map(() => null)]);
      expect(records[0]).toMatchObject({ raw: null });
      expect(records[0]!.bytes).toBeGreaterThan(3_000_000);
    });

    it(
      'holds short pages of large rows',
      async () => {
        await database.insert(tickets(20).map((ticket) => ({ ...ticket, body: 'l'.repeat(2_000_000) })));
        const lengths: number[] = [];
        for await (const { records } of pagesOf(source({ recordBytesMax: 5_000_000 }), context()))
          lengths.push(records.length);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(20);
        expect(Math.max(...lengths.slice(1))).toBeLessThanOrEqual(8);
      },
      TIMEOUT_MS,
    );

    it(
      'says SOURCE_UNREACHABLE of a server that dies in mid-stream, and goes on when it is back',
      async () => {
        const count = 3000;
        await database.insert(tickets(count, 'y'.repeat(2000)));
        const incremental = source({ ...INCREMENTAL, pageRows: 50 });
        const seen: number[] = [];
        let cursor: Cursor = null;
        const failure = await failureOf(
          (async () => {
            for await (const page of pagesOf(incremental, context())) {
              seen.push(...idsOf(rowsOf(page.records)));
              cursor = page.cursor;
              if (seen.length > 100) await database.server.kill();
            }
          })(),
        );
        expect(failure.code).toBe('SOURCE_UNREACHABLE');
        expect(seen.length).toBeLessThan(count);
        expect((await failureOf(readAll(incremental, context(cursor)))).code).toBe('SOURCE_UNREACHABLE');
        await database.server.start();
        seen.push(...idsOf(rowsOf(await readAll(incremental, context(cursor)))));
        expect(seen).toEqual(numbers(count));
      },
      TIMEOUT_MS,
    );

    it('ends when it is cancelled', async () => {
      await database.insert(tickets(2000, 'z'.repeat(500)));
      const controller = new AbortController();
      const failure = await failureOf(
        (async () => {
          for await (const _page of pagesOf(source({ pageRows: 20 }), context(null, controller.signal)))
            setTimeout(() => controller.abort(), 0);
        })(),
      );
      expect(failure.code).toBe('CANCELLED');
    });

    it(
      'says SOURCE_UNREACHABLE of nobody at the address, and keeps its credentials to itself',
      async () => {
        const nobody = sourceOf({ ...database.keys, port: 9 });
        const { code, text } = await failureOf(readAll(nobody, context()));
        expect(code).toBe('SOURCE_UNREACHABLE');
        for (const secret of Object.values(database.secrets)) expect(text).not.toContain(secret);
      },
      TIMEOUT_MS,
    );
  });
};
