import { Random } from '../random.js';
import { int64Tensor, type Tensor } from '../tensor.js';
import { BATCHES_PER_GROUP, type SamplerOptions } from './batches.js';

/** The rows of a batch: which texts stand in each, in order, as indices into the examples. */
export type PackedRows = readonly Int32Array[];

export interface PackingOptions extends SamplerOptions {
  /** Most tokens of a row, of each part of a text; a longer text has a row of its own. */
  readonly rowTokens: readonly number[];
}

/**
 * The batches of an epoch as rows, each example once, in batches of `batchSize` but one. `lengths` has the tokens of
 * every example for each part: what is read, and with a decoder also what is written. Examples are shuffled; inside groups of 50
 * batches rows are filled by first fit, longest texts first (Johnson, 1973), and dealt out at random. So a batch mixes
 * long and short texts, as one drawn at random does. A pure function of its arguments, as `epochBatches` is.
 */
export function packedBatches(lengths: readonly Int32Array[], options: PackingOptions): PackedRows[] {
  const { batchSize, seed, epoch, rowTokens } = options;
  const random = new Random(seed, epoch);
  const order = random.shuffle(Int32Array.from(lengths[0]!.keys()));
  const batches: PackedRows[] = [];
  for (let start = 0; start < order.length; start += batchSize * BATCHES_PER_GROUP) {
    const group = order.subarray(start, start + batchSize * BATCHES_PER_GROUP);
    const rows = fillRows(lengths, group, rowTokens);
    batches.push(...dealRows(random.shuffle(rows), batchSize));
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
  const rows: { readonly texts: number[]; readonly room: number[] }[] = [];
  for (const index of group.toSorted((a, b) => total(b) - total(a) || a - b)) {
    const wanted = lengths.map((part) => part[index]!);
    let row = rows.find(({ room }) => wanted.every((tokens, part) => tokens <= room[part]!));
    if (!row) {
      row = { texts: [], room: [...rowTokens] };
      rows.push(row);
    }
    row.texts.push(index);
    wanted.forEach((tokens, part) => {
      row.room[part]! -= tokens;
    });
  }
  return rows.map(({ texts }) => texts);
}

/**
 * Batches of `size` texts but the last: each takes the first rows that it has places for, and fills up with a part of the
 * next.
 */
function dealRows(rows: readonly number[][], size: number): PackedRows[] {
  const batches: PackedRows[] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const batch: Int32Array[] = [];
    const left: number[][] = [];
    let places = size;
    const seat = (row: number[]) => {
      batch.push(Int32Array.from(row));
      places -= row.length;
    };
    for (const row of waiting) {
      if (row.length <= places) seat(row);
      else left.push(row);
    }
    const [cut] = left;
    if (cut && places > 0) {
      left[0] = cut.slice(places);
      seat(cut.slice(0, places));
    }
    batches.push(batch);
    waiting = left;
  }
  return batches;
}

/** One sequence of each text in the rows of a batch, int64 [rows, tokens of the longest row]; `fill` is where no text is. */
export function layInRows(sequences: readonly Int32Array[], rows: PackedRows, fill: number): Tensor {
  return inRows(sequences, rows, fill, (id) => id);
}

/** The number of each token's text in its row, from 1, and 0 in padding. */
export function segmentIds(sequences: readonly Int32Array[], rows: PackedRows): Tensor {
  return inRows(sequences, rows, 0, (_, place) => place + 1);
}

/** Where each text begins, in the order of the rows laid end to end. */
export function textStarts(sequences: readonly Int32Array[], rows: PackedRows): Tensor {
  const width = widest(sequences, rows);
  const starts = rows.flatMap((row, at) => {
    let next = at * width;
    return Array.from(row, (index) => {
      const start = next;
      next += sequences[index]!.length;
      return BigInt(start);
    });
  });
  return int64Tensor([starts.length], BigInt64Array.from(starts));
}

function inRows(
  sequences: readonly Int32Array[],
  rows: PackedRows,
  fill: number,
  valueIn: (id: number, place: number) => number,
): Tensor {
  const width = widest(sequences, rows);
  const values = new BigInt64Array(rows.length * width).fill(BigInt(fill));
  rows.forEach((row, at) => {
    let next = at * width;
    row.forEach((index, place) => {
      for (const id of sequences[index]!) {
        values[next] = BigInt(valueIn(id, place));
        next += 1;
      }
    });
  });
  return int64Tensor([rows.length, width], values);
}

function widest(sequences: readonly Int32Array[], rows: PackedRows): number {
  const tokens = (row: Int32Array) => row.reduce((sum, index) => sum + sequences[index]!.length, 0);
  return Math.max(...rows.map(tokens));
}
