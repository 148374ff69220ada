import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sha256Hex } from '../../digest.js';
import type { BlobStore } from '../../ports.js';

/** Bytes under their digest: all that the frontier asks of the object store. */
export type SegmentStore = Pick<BlobStore, 'put' | 'get'>;

/** What is known of an address. Of one that was fetched also its validators (RFC 9110, 8.8) and the digest of its content. */
export interface Row {
  /** 96 bits of the address' SHA-256: rows are ordered by it, which mixes the hosts. */
  readonly key: string;
  readonly url: string;
  /** Links from a seed. */
  readonly depth: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly digest?: string;
}

/** Digests of segments whose rows are in ascending order, without doubles. */
export type Run = readonly string[];

export const ROWS_A_SEGMENT = 2048;
const KEY_DIGITS = 24;

export const toRow = (url: string, depth: number): Row => ({
  key: sha256Hex(url).slice(0, KEY_DIGITS),
  url,
  depth,
});

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Any JSON value as one object of the store, named by its digest. */
export const putValue = async (store: SegmentStore, value: unknown): Promise<string> =>
  (await store.put(await zip(JSON.stringify(value)))).sha256;
export const getValue = async <T>(store: SegmentStore, sha256: string): Promise<T> =>
  JSON.parse((await unzip(await store.get({ sha256 }))).toString()) as T;

/** Writes rows that come in order as a run; holds one segment. */
export class RunWriter {
  readonly #run: string[] = [];
  #rows: Row[] = [];
  count = 0;

  constructor(readonly store: SegmentStore) {}

  async push(row: Row): Promise<void> {
    this.#rows.push(row);
    this.count += 1;
    if (this.#rows.length === ROWS_A_SEGMENT) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#run.push(await putValue(this.store, this.#rows));
    this.#rows = [];
  }

  async finish(): Promise<Run> {
    if (this.#rows.length > 0) await this.#flush();
    return this.#run;
  }
}

/** Reads a run in order, one segment at a time. */
export class RunReader {
  #segments: readonly string[];
  #rows: readonly Row[] = [];
  #at = 0;

  constructor(
    readonly store: SegmentStore,
    run: Run,
  ) {
    this.#segments = run;
  }

  static ofRows(store: SegmentStore, rows: readonly Row[]): RunReader {
    const reader = new RunReader(store, []);
    reader.#rows = rows;
    return reader;
  }

  /** The row whose turn it is, or null after the last one; the same until `next`. */
  get head(): Row | null {
    return this.#rows[this.#at] ?? null;
  }

  /** To be called before the first `head`. */
  async open(skip = 0): Promise<this> {
    this.#segments = this.#segments.slice(Math.floor(skip / ROWS_A_SEGMENT));
    await this.#load();
    this.#at += skip % ROWS_A_SEGMENT;
    if (this.head === null) await this.#load();
    return this;
  }

  async #load(): Promise<void> {
    const [segment, ...rest] = this.#segments;
    if (segment === undefined) return;
    this.#segments = rest;
    this.#rows = await getValue<readonly Row[]>(this.store, segment);
    this.#at = 0;
  }

  /** Goes on; resolves at once but at the end of a segment. */
  next(): Promise<void> | undefined {
    this.#at += 1;
    return this.#at >= this.#rows.length && this.#segments.length > 0 ? this.#load() : undefined;
  }
}

/** Rows of several runs in order; of equal keys the row of the earliest reader, with the smallest depth. */
export async function* mergeRuns(readers: readonly RunReader[]): AsyncGenerator<Row> {
  for (const reader of readers) if (reader.head === null) await reader.open();
  for (;;) {
    let least: Row | null = null;
    for (const { head } of readers)
      if (head !== null && (least === null || head.key < least.key)) least = head;
    if (least === null) return;
    let { depth } = least;
    for (const reader of readers) {
      if (reader.head?.key !== least.key) continue;
      depth = Math.min(depth, reader.head.depth);
      await reader.next();
    }
    yield depth === least.depth ? least : { ...least, depth };
  }
}

/** Sorts rows in memory; of equal keys the last one counts, with the smallest depth. */
export const sortRows = (rows: readonly Row[]): readonly Row[] => {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const depth = Math.min(row.depth, byKey.get(row.key)?.depth ?? row.depth);
    byKey.set(row.key, depth === row.depth ? row : { ...row, depth });
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
};
