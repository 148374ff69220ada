import { NnError } from '../errors.js';
import type { Runner } from '../exec/runner.js';
import { type CacheShape, cacheNames, USED_SLOTS } from '../models/layers/keyValueCache.js';
import { float32Data, int64Tensor, type Tensor } from '../tensor.js';
import { extendMask, padLeft, withRoom } from './padding.js';
import { pickTensorRows } from './pickTensorRows.js';
import { TensorCache } from './tensorCache.js';

/** The models of one decoder. */
export interface DecodingRunners {
  readonly decoder: Runner;
  readonly encoder?: { readonly runner: Runner; readonly startId: number };
  readonly cacheShape: CacheShape;
}

/** A batch of texts being written. Its logits are those after the last token of each row. */
export interface Decoding {
  /** What each row began with: its prompt, or a seq2seq model's start token. */
  readonly begun: readonly Int32Array[];
  /** A row's scores of the vocabulary, valid until the next `advance`. */
  logits(row: number): Float32Array;
  /**
   * Appends a token to each row of the batch. With `rows`, the batch is first made of those of its rows, in that order
   * and as often as each is named.
   */
  advance(tokens: Int32Array, rows?: Int32Array): Promise<void>;
}

/** Reads the prompts, padded on the left so that each row's last slot is its last token. */
export async function startDecoding(
  runners: DecodingRunners,
  prompts: readonly Int32Array[],
): Promise<Decoding> {
  const { encoder } = runners;
  if (!encoder) return BatchDecoding.start(runners, prompts, {});
  const { ids, mask } = padLeft(prompts);
  const fetches = Object.fromEntries(cacheNames('cross', runners.cacheShape).map((name) => [name, null]));
  const memory = await encoder.runner.run({ input_ids: ids, attention_mask: mask }, fetches);
  const begun = prompts.map(() => Int32Array.of(encoder.startId));
  return BatchDecoding.start(runners, begun, { ...memory, encoder_attention_mask: mask });
}

class BatchDecoding implements Decoding {
  readonly begun: readonly Int32Array[];
  readonly #runners: DecodingRunners;
  readonly #cache: TensorCache;
  /** int64 [rows, tokens so far]. */
  #mask: Tensor;
  /** The prompt of each row. */
  #prompts: Int32Array;
  #memory: Readonly<Record<string, Tensor>>;
  #logits: Float32Array = new Float32Array(0);
  readonly #fetches: Readonly<Record<string, null>>;

  static async start(
    runners: DecodingRunners,
    begun: readonly Int32Array[],
    memory: Readonly<Record<string, Tensor>>,
  ): Promise<Decoding> {
    const { ids, mask } = padLeft(begun);
    const decoding = new BatchDecoding(runners, begun, memory, mask);
    await decoding.#run(ids);
    return decoding;
  }

  private constructor(
    runners: DecodingRunners,
    begun: readonly Int32Array[],
    memory: Readonly<Record<string, Tensor>>,
    mask: Tensor,
  ) {
    this.begun = begun;
    this.#runners = runners;
    this.#memory = memory;
    this.#cache = new TensorCache(runners.cacheShape, begun.length);
    this.#mask = mask;
    const added = cacheNames('new', runners.cacheShape);
    this.#fetches = Object.fromEntries(['logits', ...added].map((name) => [name, null]));
    this.#prompts = Int32Array.from(begun.keys());
  }

  logits(row: number): Float32Array {
    const width = this.#logits.length / this.#cache.rows;
    return this.#logits.subarray(row * width, (row + 1) * width);
  }

  async advance(tokens: Int32Array, rows?: Int32Array): Promise<void> {
    if (rows && !(rows.length === this.#cache.rows && rows.every((row, at) => row === at))) this.#pick(rows);
    this.#mask = extendMask(this.#mask);
    await this.#run(int64Tensor([tokens.length, 1], BigInt64Array.from(tokens, BigInt)));
  }

  async #run(ids: Tensor): Promise<void> {
    const cache = this.#cache;
    const feeds = {
      input_ids: ids,
      attention_mask: withRoom(this.#mask, { used: cache.length, room: cache.room }),
      [USED_SLOTS]: int64Tensor([1], BigInt64Array.of(BigInt(cache.length))),
      ...cache.past(),
      ...this.#memory,
    };
    const { logits, ...added } = await this.#runners.decoder.run(feeds, this.#fetches);
    cache.append(added);
    this.#logits = float32Data(logits!);
    if (holdsNaN(this.#logits)) {
      throw new NnError('WEIGHTS_CORRUPT', 'the model gives scores that are not numbers; check its weights');
    }
  }

  #pick(rows: Int32Array): void {
    this.#cache.pick(rows);
    this.#mask = pickTensorRows(this.#mask, rows);
    const prompts = rows.map((row) => this.#prompts[row]!);
    if (sameValues(prompts, this.#prompts)) return;
    this.#prompts = prompts;
    this.#memory = Object.fromEntries(
      Object.entries(this.#memory).map(([name, tensor]) => [name, pickTensorRows(tensor, rows)]),
    );
  }
}

/** A loop, because a callback for each of the vocabulary's scores would take as long as a layer. */
function holdsNaN(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at += 1) if (Number.isNaN(values[at])) return true;
  return false;
}

function sameValues(left: Int32Array, right: Int32Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
