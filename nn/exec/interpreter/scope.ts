import { isDevice, type Value } from './value.js';

/** The values of a graph that is being computed, and through it those of the graph around it. */
export class Scope {
  readonly #own = new Map<string, Value>();

  constructor(private readonly outer?: Scope) {}

  get(name: string): Value | undefined {
    return this.#own.get(name) ?? this.outer?.get(name);
  }

  /** A device value becomes the scope's own, to be freed with it. */
  set(name: string, value: Value): void {
    this.#own.set(name, value);
  }

  /** Frees a value of this graph; one of the graph around it stays. */
  free(name: string): void {
    const value = this.#own.get(name);
    if (value !== undefined && isDevice(value)) value.dispose();
    this.#own.delete(name);
  }

  freeAll(): void {
    for (const name of [...this.#own.keys()]) this.free(name);
  }
}
