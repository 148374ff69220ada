import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson, type Source } from '../../../contracts/index.js';
import { remoteFolders } from '../../../storage/objects/openObjects.js';
import type { SecretResolver } from '../../ports.js';
import { memoryWorld } from '../../testing/index.js';
import type { ConnectorContext, Cursor, Page, RawRecord } from '../connectors/connector.js';
import { connectorOf } from '../connectors/index.js';
import { collectSource } from '../index.js';
import { canaryIn, errorText, socketsOpen } from './canary.js';
import { killTest } from './killTest.js';
import { type ConnectorServer, pipelineOf, type SourceSection } from './place.js';

export interface ConnectorSuite {
  readonly name: string;
  /** Starts the real server, once. */
  readonly start: () => Promise<ConnectorServer>;
  /** Whether it authenticates. */
  readonly credentials: boolean;
  /** Whether it is reached over a network. */
  readonly remote: boolean;
  /** Most records a page of such small records may have. Default 1,000. */
  readonly pageRecordsMax?: number;
  /** Records read to look at pages; more than one page of them. Default 60. */
  readonly records?: number;
  /** The number of a record whose raw bytes do not hold it as text. */
  readonly numberOf?: (raw: Uint8Array) => number;
  /** Bound of one test. Default 120 s; the kill test has three times as much. */
  readonly timeoutMs?: number;
}

const CURSOR_BYTES_MAX = 16 * 1024;
/** Pages whose cursors are tried, evenly over all of them. */
const RESUMES_MAX = 8;

/** The number in the text of a record. */
export const numberInText = (raw: Uint8Array): number => {
  const found = /item-(\d+)/.exec(Buffer.from(raw).toString('latin1'))?.[1];
  if (found === undefined) throw new Error('a record does not hold the number it was added with');
  return Number(found);
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** What every connector must do, against its real server. */
export const connectorSuite = (suite: ConnectorSuite): void => {
  const { name, records: count = 60, pageRecordsMax = 1_000, numberOf = numberInText } = suite;
  const timeoutMs = suite.timeoutMs ?? 120_000;

  describe(`connector: ${name}`, () => {
    let server: ConnectorServer;
    beforeAll(async () => {
      server = await suite.start();
      for (const value of Object.values(server.secrets)) expect(value.length).toBeGreaterThanOrEqual(12);
    }, timeoutMs);
    afterAll(() => server?.stop(), timeoutMs);

    const secrets: SecretResolver = {
      resolve: async (reference: string) => {
        const value = server.secrets[reference];
        if (value === undefined) throw new Error(`the suite was given no value for ${reference}`);
        return value;
      },
    };
    // What a cursor names is there whoever goes on from it.
    const { blobs } = memoryWorld();
    const world = () => ({ ...memoryWorld(), blobs, secrets, folders: remoteFolders(secrets) });
    type World = ReturnType<typeof world>;

    const sourceOf = (section: SourceSection): Source => pipelineOf(section).sources[0]!;

    const contextOf = (ctx: World, cursor: Cursor): ConnectorContext => ({ ...ctx, cursor });

    /** All pages from the cursor on, none acknowledged. */
    const pagesFrom = async (section: SourceSection, cursor: Cursor, ctx = world()): Promise<Page[]> => {
      const source = sourceOf(section);
      const pages: Page[] = [];
      for await (const page of connectorOf(source).read(source, contextOf(ctx, cursor))) {
        pages.push(page);
        if (page.records.length === 0) break;
      }
      expect(canaryIn(ctx.lines, server.secrets)).toBeNull();
      return pages;
    };

    const recordsIn = (pages: readonly Page[]): RawRecord[] => pages.flatMap(({ records }) => [...records]);

    const idsIn = (pages: readonly Page[]): string[] =>
      recordsIn(pages).map(({ path, position, sha256 }) => `${path} ${position} ${sha256}`);

    const numbersIn = (pages: readonly Page[]): number[] =>
      recordsIn(pages).map(({ raw }) => {
        if (raw === null) throw new Error('a small record came without its bytes');
        return numberOf(raw);
      });

    const isIncremental = (section: SourceSection): boolean => {
      const source = sourceOf(section);
      return connectorOf(source).mode(source) === 'incremental';
    };

    /** Reads on as a collection does that publishes after so many pages: then they are acknowledged, and no others. */
    const takePages = async (section: SourceSection, cursor: Cursor, atMost: number) => {
      const source = sourceOf(section);
      const taken: Page[] = [];
      const pages = connectorOf(source).read(source, contextOf(world(), cursor))[Symbol.asyncIterator]();
      try {
        while (taken.length < atMost) {
          const next = await pages.next();
          if (next.done === true) break;
          taken.push(next.value);
          if (next.value.records.length === 0) break;
        }
        for (const { acknowledge } of taken) await acknowledge?.();
      } finally {
        await pages.return?.();
      }
      return { taken, cursor: taken.at(-1)?.cursor ?? cursor };
    };

    const failureOf = async (
      section: SourceSection,
      ctx: World,
    ): Promise<{ code?: string; text: string }> => {
      const source = sourceOf(section);
      const attempts = [
        () => pagesFrom(section, null, ctx),
        () => connectorOf(source).test(source, contextOf(ctx, null)),
      ];
      const failures = [];
      for (const attempt of attempts)
        failures.push(
          await attempt().then(
            () => ({ text: 'it succeeded' }),
            (thrown: unknown) => ({ code: (thrown as { code?: string }).code!, text: errorText(thrown) }),
          ),
        );
      // Reading and testing must fail alike.
      expect(new Set(failures.map((failure) => ('code' in failure ? failure.code : '')))).toHaveProperty(
        'size',
        1,
      );
      return { ...failures[0]!, text: failures.map(({ text }) => text).join('\n') };
    };

    it(
      'gives every record once, in an order that depends only on what the source holds',
      async () => {
        const { source, add } = await server.place();
        await add(range(0, count));
        const pages = await pagesFrom(source, null);
        expect(ascending(numbersIn(pages))).toEqual(range(0, count));
        expect(idsIn(await pagesFrom(source, null))).toEqual(idsIn(pages));
      },
      timeoutMs,
    );

    it(
      'gives pages that are bounded, with a small cursor each',
      async () => {
        const { source, add } = await server.place();
        await add(range(0, count));
        const pages = await pagesFrom(source, null);
        expect(pages.filter(({ records }) => records.length > 0).length).toBeGreaterThan(
          count > pageRecordsMax ? 1 : 0,
        );
        for (const { records, cursor } of pages) {
          expect(records.length).toBeLessThanOrEqual(pageRecordsMax);
          const json = canonicalJson(cursor);
          expect(JSON.parse(json)).toEqual(cursor);
          expect(json.length).toBeLessThanOrEqual(CURSOR_BYTES_MAX);
          expect(canaryIn(json, server.secrets)).toBeNull();
        }
      },
      timeoutMs,
    );

    it(
      'goes on from every page with exactly the rest',
      async () => {
        const { source, add } = await server.place();
        await add(range(0, count));
        const pages = await pagesFrom(source, null);
        if (!isIncremental(source)) {
          expect(pages.every(({ cursor }) => cursor === null)).toBe(true);
          return;
        }
        const step = Math.ceil(pages.length / RESUMES_MAX);
        if (pages.every(({ acknowledge }) => acknowledge === undefined)) {
          for (let index = 0; index < pages.length; index += step)
            expect(idsIn(await pagesFrom(source, pages[index]!.cursor))).toEqual(
              idsIn(pages.slice(index + 1)),
            );
          return;
        }
        // What was acknowledged need not come again, so these are read on one after another.
        let cursor: Cursor = null;
        const taken: Page[] = [];
        for (let reads = 0; reads < pages.length * 2; reads += 1) {
          const some = await takePages(source, cursor, step);
          ({ cursor } = some);
          taken.push(...some.taken);
          if (recordsIn(some.taken).length === 0) break;
        }
        expect(numbersIn(taken)).toHaveLength(count);
        expect(ascending(numbersIn(taken))).toEqual(range(0, count));
      },
      timeoutMs,
    );

    it(
      'gives what was added since next, and where it reads on, only that',
      async () => {
        const { source, add } = await server.place();
        await add(range(0, 10));
        let { cursor } = await takePages(source, null, Number.POSITIVE_INFINITY);
        if (isIncremental(source)) {
          const nothing = await takePages(source, cursor, Number.POSITIVE_INFINITY);
          expect(numbersIn(nothing.taken)).toEqual([]);
          ({ cursor } = nothing);
        }
        await add(range(10, 15));
        expect(ascending(numbersIn(await pagesFrom(source, cursor)))).toEqual(
          isIncremental(source) ? range(10, 15) : range(0, 15),
        );
      },
      timeoutMs,
    );

    it(
      'closes its connections when the caller stops early, and stops when cancelled',
      async () => {
        const place = await server.place();
        await place.add(range(0, count));
        const source = sourceOf(place.source);
        const before = await socketsOpen(0);
        for (let round = 0; round < 3; round += 1) await takePages(place.source, null, 1);
        expect(await socketsOpen(before)).toBeLessThanOrEqual(before);
        const ctx = { ...world(), signal: AbortSignal.abort() };
        const cancelled = (async () => {
          for await (const _page of connectorOf(source).read(source, contextOf(ctx, null)));
        })();
        await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
        expect(await socketsOpen(before)).toBeLessThanOrEqual(before);
      },
      timeoutMs,
    );

    it(
      'quarantines a record that is larger than the source allows, and goes on',
      async () => {
        const { source, add, addLarge } = await server.place();
        await add([1, 2]);
        await addLarge(3, 50_000);
        await add([4]);
        const ctx = world();
        const pipeline = pipelineOf({ ...source, recordBytesMax: 20_000 });
        const { batchId } = await collectSource({ ctx, input: { pipeline, source: 'source' } });
        const batch = await ctx.artifacts.get('SourceBatch', batchId);
        expect(batch).toMatchObject({ records: 3, quarantined: { 'too-large': 1 } });
        const rows = await ctx.records.readBatch(batchId);
        const raw = await Promise.all(rows.map(({ recordId }) => ctx.blobs.get({ sha256: recordId })));
        expect(ascending(raw.map(numberOf))).toEqual([1, 2, 4]);
        const written = [...ctx.records.rows.values(), batch, ...ctx.lines, ...ctx.reports];
        expect(canaryIn(written, server.secrets)).toBeNull();
      },
      timeoutMs,
    );

    it(
      'is tested without changing anything on the other side',
      async () => {
        const place = await server.place();
        await place.add(range(0, 5));
        const source = sourceOf(place.source);
        const ctx = world();
        const before = await place.state?.();
        const check = await connectorOf(source).test(source, contextOf(ctx, null));
        expect(check.found).not.toBe('');
        expect(canaryIn([check, ctx.lines], server.secrets)).toBeNull();
        expect(await place.state?.()).toEqual(before);
        expect(ascending(numbersIn(await pagesFrom(place.source, null)))).toEqual(range(0, 5));
      },
      timeoutMs,
    );

    if (suite.credentials)
      it(
        'says SOURCE_REFUSED of credentials that the other side refuses, and does not repeat them',
        async () => {
          const { refused } = await server.place();
          const ctx = world();
          const { code, text } = await failureOf(refused!, ctx);
          expect({ code, text }).toMatchObject({ code: 'SOURCE_REFUSED' });
          expect(canaryIn([text, ctx.lines], server.secrets)).toBeNull();
        },
        timeoutMs,
      );

    if (suite.remote)
      it(
        'says SOURCE_UNREACHABLE when nobody answers',
        async () => {
          const { unreachable } = await server.place();
          const ctx = world();
          const { code, text } = await failureOf(unreachable!, ctx);
          expect({ code, text }).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
          expect(canaryIn([text, ctx.lines], server.secrets)).toBeNull();
        },
        timeoutMs,
      );

    it(
      'loses nothing and doubles nothing, at whichever points the collecting process is killed',
      async () => killTest({ place: await server.place(), secrets: server.secrets, numberOf }),
      timeoutMs * 3,
    );
  });
};
