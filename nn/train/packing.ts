import { Random } from '../random.js';
import { BATCHES_PER_GROUP, type Batch, type SamplerOptions } from './batches.js';

/** Tokens of examples that are to share rows, for each part: what is read, and where a decoder writes, what is written. */
export interface PackedTexts {
  readonly lengths: readonly Int32Array[];
  /** Most tokens of a row for each part. */
  readonly rowTokens: readonly number[];
}

/** Rows are as long as the longest example. */
export function packedTexts(lengths: readonly Int32Array[]): PackedTexts {
  const rowTokens = lengths.map((part) => part.reduce((most, tokens) => Math.max(most, tokens), 0));
  return { lengths, rowTokens };
}

export interface PackingOptions extends SamplerOptions {
  /** Most tokens of a row for each part of an example; a longer example has a row of its own. */
  readonly rowTokens: readonly number[];
}

/**
 * The batches of an epoch with several examples a row, each example once. `lengths` has the tokens of every example for
 * each of its parts: what is read, and with a decoder also what is written. Examples are shuffled; inside groups of 50 batches
 * rows are filled by first fit, the longest example first (Johnson, 1973), and dealt out at random, so that long and short
 * texts stay mixed. A pure function of its arguments, as `epochBatches` is.
 */
export function packedBatches(
  lengths: readonly Int32Array[],
  { batchSize, seed, epoch, rowTokens }: PackingOptions,
): Batch[] {
  const random = new Random(seed, epoch);
  const order = random.shuffle(Int32Array.from(lengths[0]!.keys()));
  const batches: Batch[] = [];
  for (let start = 0; start < order.length; start += batchSize * BATCHES_PER_GROUP) {
    const group = order.subarray(start, start + batchSize * BATCHES_PER_GROUP);
    batches.push(...dealRows(random.shuffle(fillRows(lengths, group, rowTokens)), batchSize));
  }
  return random.shuffle(batches);
}

/** First fit decreasing. */
function fillRows(
  lengths: readonly Int32Array[],
  group: Int32Array,
  rowTokens: readonly number[],
): number[][] {
  const total = (index: number) => lengths.reduce((sum, part) => sum + part[index]!, 0);
  const rows: { readonly examples: number[]; readonly room: number[] }[] = [];
  for (const index of group.toSorted((a, b) => total(b) - total(a) || a - b)) {
    const wanted = lengths.map((part) => part[index]!);
    let row = rows.find(({ room }) => wanted.every((tokens, part) => tokens <= room[part]!));
    if (!row) {
      row = { examples: [], room: [...rowTokens] };
      rows.push(row);
    }
    row.examples.push(index);
    for (const [part, tokens] of wanted.entries()) row.room[part]! -= tokens;
  }
  return rows.map(({ examples }) => examples);
}

/**
 * Batches of `size` examples but for the last: each takes the first rows that it has places for, and fills up with a
 * part of the next.
 */
function dealRows(rows: readonly number[][], size: number): Batch[] {
  const batches: Batch[] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const taken: number[][] = [];
    const left: number[][] = [];
    let places = size;
    const take = (row: number[]) => {
      taken.push(row);
      places -= row.length;
    };
    for (const row of waiting) {
      if (row.length <= places) take(row);
      else left.push(row);
    }
    const [cut] = left;
    if (cut && places > 0) {
      left[0] = cut.slice(places);
      take(cut.slice(0, places));
    }
    batches.push({ indices: Int32Array.from(taken.flat()), rowSizes: taken.map(({ length }) => length) });
    waiting = left;
  }
  return batches;
}
