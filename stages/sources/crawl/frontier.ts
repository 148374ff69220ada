import type { Cursor } from '../connectors/connector.js';
import { type PatternCells, PatternCounts } from './patterns.js';
import {
  getValue,
  mergeRuns,
  putValue,
  type Row,
  type Run,
  RunReader,
  RunWriter,
  type SegmentStore,
  sortRows,
} from './runs.js';

const DELTAS_MAX = 64;
const DELTA_ROWS_MAX = 100_000;
/** More runs are merged into one: a merge holds a segment of each. */
const RUNS_MAX = 12;

/** What changes between two compactions' ends only. */
interface Base {
  /** Addresses being fetched, in order, and how many there are. */
  readonly level: Run;
  readonly levelRows: number;
  /** All addresses that were in a level of this crawl. */
  readonly seen: readonly Run[];
  /** Addresses met since the level began. */
  readonly found: readonly Run[];
  /** Pages fetched in this crawl. */
  readonly visited: readonly Run[];
  /** Pages of the crawl before. */
  readonly before: Run;
  /** Digest of the counts of patterns, or empty. */
  readonly counts: string;
}

interface Delta {
  readonly found: readonly Row[];
  readonly visited: readonly Row[];
}

interface Place {
  readonly base: string;
  readonly deltas: readonly string[];
  /** Rows of the level that are dealt with. */
  readonly at: number;
  /** Addresses fetched in this crawl. */
  readonly fetched: number;
  /** The crawl is through; the next one begins. */
  readonly done: boolean;
}

const EMPTY: Base = { level: [], levelRows: 0, seen: [], found: [], visited: [], before: [], counts: '' };

export interface FrontierLimits {
  readonly depthMax: number;
  readonly patternUrlsMax: number;
  readonly pagesMax: number;
}

/** An address whose turn it is, and what the crawl before knew of it. */
export interface Turn {
  readonly row: Row;
  readonly known: Row | null;
}

/**
 * The addresses of a crawl, breadth first, level by level, within a level in the order of their keys: an order that depends
 * on what the pages link to alone. All of it lies in the object store as sorted, immutable segments; memory holds one
 * segment of each run at most, whatever the number of addresses, and a small cursor names the rest. Doubles are removed
 * by merging (as in DRUM; Lee et al., IRLbot, WWW 2008).
 */
export class Frontier {
  #base: Base = EMPTY;
  #baseDigest = '';
  #deltas: string[] = [];
  #folded: { found: Row[]; visited: Row[] } = { found: [], visited: [] };
  #fresh: { found: Row[]; visited: Row[] } = { found: [], visited: [] };
  #at = 0;
  fetched = 0;
  done = true;

  private constructor(
    readonly store: SegmentStore,
    readonly limits: FrontierLimits,
  ) {}

  /** @throws OBJECT_NOT_FOUND when the store lacks what the cursor names */
  static async open(store: SegmentStore, limits: FrontierLimits, cursor: Cursor): Promise<Frontier> {
    const frontier = new Frontier(store, limits);
    if (cursor === null) return frontier;
    const place = cursor as unknown as Place;
    frontier.#base = await getValue<Base>(store, place.base);
    frontier.#baseDigest = place.base;
    frontier.#at = place.at;
    frontier.fetched = place.fetched;
    frontier.done = place.done;
    for (const delta of place.deltas) {
      const { found, visited } = await getValue<Delta>(store, delta);
      frontier.#folded.found.push(...found);
      frontier.#folded.visited.push(...visited);
    }
    frontier.#deltas = [...place.deltas];
    return frontier;
  }

  /** Begins a crawl with its seeds and the pages of the crawl before. */
  async begin(seeds: AsyncIterable<Row>): Promise<void> {
    const { before } = this.#base;
    this.#base = { ...EMPTY, before };
    this.#reset(false);
    for await (const row of seeds) {
      this.#fresh.found.push(row);
      if (this.#fresh.found.length >= DELTA_ROWS_MAX) await this.#fold();
    }
    await this.#fold();
    // What was known is looked at again, whether or not a page that links to it has changed.
    if (before.length > 0) this.#base = { ...this.#base, found: [...this.#base.found, before] };
    await this.nextLevel();
  }

  #reset(done: boolean): void {
    this.#deltas = [];
    this.#folded = { found: [], visited: [] };
    this.#fresh = { found: [], visited: [] };
    this.#at = 0;
    this.fetched = 0;
    this.done = done;
  }

  /** The addresses of the level that are left. */
  async *turns(): AsyncGenerator<Turn> {
    const level = await new RunReader(this.store, this.#base.level).open(this.#at);
    const before = await new RunReader(this.store, this.#base.before).open();
    for (; level.head !== null; await level.next()) {
      const { key } = level.head;
      while (before.head !== null && before.head.key < key) await before.next();
      yield { row: level.head, known: before.head?.key === key ? before.head : null };
    }
  }

  /** Takes note of a turn's end: what it linked to, and the page to be known from now on, if it is one. */
  take(found: readonly Row[], visited: Row | null): void {
    this.#at += 1;
    this.fetched += 1;
    this.#fresh.found.push(...found.filter(({ depth }) => depth <= this.limits.depthMax));
    if (visited !== null) this.#fresh.visited.push(visited);
  }

  /** Makes the state durable. @returns the cursor that names it */
  async save(): Promise<Cursor> {
    const fresh = { found: sortRows(this.#fresh.found), visited: sortRows(this.#fresh.visited) };
    if (fresh.found.length + fresh.visited.length > 0) {
      this.#deltas.push(await putValue(this.store, fresh satisfies Delta));
      this.#folded.found.push(...fresh.found);
      this.#folded.visited.push(...fresh.visited);
      this.#fresh = { found: [], visited: [] };
    }
    const { found, visited } = this.#folded;
    if (this.#deltas.length >= DELTAS_MAX || found.length + visited.length >= DELTA_ROWS_MAX)
      await this.#fold();
    if (this.#baseDigest === '') this.#baseDigest = await putValue(this.store, this.#base);
    const { fetched, done } = this;
    return { base: this.#baseDigest, deltas: [...this.#deltas], at: this.#at, fetched, done };
  }

  /** Turns what was gathered in memory into runs. */
  async #fold(): Promise<void> {
    const fold = async (runs: readonly Run[], rows: readonly Row[]): Promise<readonly Run[]> => {
      if (rows.length === 0) return runs;
      const run = await this.#write(mergeRuns([RunReader.ofRows(this.store, sortRows(rows))]));
      // Newest first: of two rows of one page the newer counts.
      return this.#merged([run.run, ...runs]);
    };
    this.#base = {
      ...this.#base,
      found: await fold(this.#base.found, [...this.#folded.found, ...this.#fresh.found]),
      visited: await fold(this.#base.visited, [...this.#folded.visited, ...this.#fresh.visited]),
    };
    this.#baseDigest = '';
    this.#deltas = [];
    this.#folded = { found: [], visited: [] };
    this.#fresh = { found: [], visited: [] };
  }

  async #merged(runs: readonly Run[]): Promise<readonly Run[]> {
    if (runs.length <= RUNS_MAX) return runs;
    return [(await this.#write(mergeRuns(runs.map((run) => new RunReader(this.store, run))))).run];
  }

  async #write(rows: AsyncIterable<Row>): Promise<{ readonly run: Run; readonly count: number }> {
    const writer = new RunWriter(this.store);
    for await (const row of rows) await writer.push(row);
    return { run: await writer.finish(), count: writer.count };
  }

  /** Goes on to the addresses that were found and are new. @returns whether there are any */
  async nextLevel(): Promise<boolean> {
    await this.#fold();
    const { found, seen, counts } = this.#base;
    const patterns = new PatternCounts(counts === '' ? [] : await getValue<PatternCells>(this.store, counts));
    const { run, count } = await this.#write(this.#admitted(found, seen, patterns));
    this.#base = {
      ...this.#base,
      level: run,
      levelRows: count,
      found: [],
      seen: count === 0 ? seen : await this.#merged([run, ...seen]),
      counts: patterns.changed ? await putValue(this.store, patterns.cells()) : counts,
    };
    this.#baseDigest = '';
    this.#at = 0;
    return count > 0;
  }

  async *#admitted(
    found: readonly Run[],
    seen: readonly Run[],
    patterns: PatternCounts,
  ): AsyncGenerator<Row> {
    const past = mergeRuns(seen.map((run) => new RunReader(this.store, run)));
    let earlier = await past.next();
    let left = this.limits.pagesMax - this.fetched;
    for await (const { key, url, depth } of mergeRuns(found.map((run) => new RunReader(this.store, run)))) {
      if (left <= 0) return;
      while (earlier.done !== true && earlier.value.key < key) earlier = await past.next();
      if (earlier.done !== true && earlier.value.key === key) continue;
      if (!patterns.admit(url, this.limits.patternUrlsMax)) continue;
      left -= 1;
      yield { key, url, depth };
    }
  }

  /** Ends the crawl. What it fetched is what the next one knows; of a crawl that was cut short also what it did not reach. */
  async finish(complete: boolean): Promise<Cursor> {
    await this.#fold();
    const { visited, before } = this.#base;
    const runs = complete ? visited : [...visited, before];
    const { run } = await this.#write(mergeRuns(runs.map((known) => new RunReader(this.store, known))));
    this.#base = { ...EMPTY, before: run };
    this.#baseDigest = '';
    this.#reset(true);
    return this.save();
  }
}
