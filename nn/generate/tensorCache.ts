import { type CacheShape, cacheNames } from '../models/layers/keyValueCache.js';
import { elementCount, float32Tensor, type Tensor } from '../tensor.js';

/** Tokens of room that a cache begins with; doubled when full, so that buffers are rarely made. */
const ROOM_MIN = 64;

/**
 * The keys and values of a batch between the runs of a decoder. Each tensor has two buffers: a run reads one and writes
 * the other in place, so nothing is copied or allocated at a step.
 */
export class TensorCache {
  rows: number;
  /** Tokens held of each row, padding counted. */
  length = 0;
  readonly #shape: CacheShape;
  #current: Buffers;
  #spare: Buffers;

  constructor(shape: CacheShape, rows: number) {
    this.#shape = shape;
    this.rows = rows;
    this.#current = new Buffers();
    this.#spare = new Buffers();
  }

  /** `past.N.*` of the next run. */
  past(): Record<string, Tensor> {
    return this.#tensors('past', this.#current, this.rows, this.length);
  }

  /** Where a run puts `present.N.*` of `rows` rows of `length` tokens; `commit` makes them the past. */
  present(rows: number, length: number): Record<string, Tensor> {
    return this.#tensors('present', this.#spare, rows, length);
  }

  commit(rows: number, length: number): void {
    [this.#current, this.#spare] = [this.#spare, this.#current];
    this.rows = rows;
    this.length = length;
  }

  #tensors(when: 'past' | 'present', buffers: Buffers, rows: number, length: number): Record<string, Tensor> {
    const { heads, width } = this.#shape;
    const dims = [rows, heads, length, width];
    const tensors: Record<string, Tensor> = {};
    for (const [at, name] of cacheNames(when, this.#shape).entries())
      tensors[name] = float32Tensor(dims, buffers.view(at, elementCount(dims), length));
    return tensors;
  }
}

/** Growing memory of each tensor. */
class Buffers {
  readonly #memory: Float32Array[] = [];

  /** The first `count` values of tensor `at`, whose rows have `length` tokens. */
  view(at: number, count: number, length: number): Float32Array {
    let memory = this.#memory[at];
    if (!memory || memory.length < count) {
      const room = length < ROOM_MIN ? ROOM_MIN / Math.max(1, length) : 2;
      memory = new Float32Array(Math.ceil(count * room));
      this.#memory[at] = memory;
    }
    return memory.subarray(0, count);
  }
}
