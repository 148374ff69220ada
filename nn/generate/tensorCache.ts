import { type CacheShape, cacheNames } from '../models/layers/keyValueCache.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';

/** Slots that a cache begins with. */
const ROOM_MIN = 64;
/** A full cache gets an eighth more slots: few enough to attend to for nothing, so many that it is seldom copied. */
const GROWTH = 1.125;

/**
 * The keys and values of a batch between the runs of a decoder, with room for tokens to come: a step writes its own and
 * copies nothing else.
 */
export class TensorCache {
  rows: number;
  /** Slots in use of each row, padding counted. */
  length = 0;
  /** Slots there are. */
  room = 0;
  readonly #shape: CacheShape;
  /** Of each tensor, [rows, heads, room, width]. */
  #memory: Float32Array[];

  constructor(shape: CacheShape, rows: number) {
    this.#shape = shape;
    this.rows = rows;
    this.#memory = cacheNames('past', shape).map(() => new Float32Array(0));
  }

  /** `past.N.*` of the next run. */
  past(): Record<string, Tensor> {
    const { heads, width } = this.#shape;
    const dims = [this.rows, heads, this.room, width];
    const names = cacheNames('past', this.#shape);
    return Object.fromEntries(names.map((name, at) => [name, float32Tensor(dims, this.#memory[at]!)]));
  }

  /** Takes in a run's `new.N.*`. */
  append(added: Readonly<Record<string, Tensor>>): void {
    const names = cacheNames('new', this.#shape);
    const count = added[names[0]!]!.dims[2]!;
    if (this.length + count > this.room) {
      this.#makeRoom(Math.max(ROOM_MIN, Math.ceil((this.length + count) * GROWTH)));
    }
    for (const [at, name] of names.entries())
      this.#write(this.#memory[at]!, float32Data(added[name]!), count);
    this.length += count;
  }

  /** Keeps these rows, in this order and as often as each is named. */
  pick(rows: Int32Array): void {
    const size = this.#shape.heads * this.room * this.#shape.width;
    this.#memory = this.#memory.map((memory) => {
      const picked = new Float32Array(rows.length * size);
      for (const [to, row] of rows.entries())
        picked.set(memory.subarray(row * size, (row + 1) * size), to * size);
      return picked;
    });
    this.rows = rows.length;
  }

  #write(memory: Float32Array, added: Float32Array, count: number): void {
    const { heads, width } = this.#shape;
    for (let head = 0; head < this.rows * heads; head += 1) {
      const tokens = added.subarray(head * count * width, (head + 1) * count * width);
      memory.set(tokens, (head * this.room + this.length) * width);
    }
  }

  #makeRoom(room: number): void {
    const { heads, width } = this.#shape;
    this.#memory = this.#memory.map((memory) => {
      const larger = new Float32Array(this.rows * heads * room * width);
      for (let head = 0; head < this.rows * heads; head += 1) {
        const start = head * this.room * width;
        larger.set(memory.subarray(start, start + this.length * width), head * room * width);
      }
      return larger;
    });
    this.room = room;
  }
}
