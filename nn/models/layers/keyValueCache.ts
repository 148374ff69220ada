import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { Layout } from './layout.js';
import { causalBias, floatMask } from './masks.js';
import type { Slots } from './slots.js';
import { type BatchShape, batchShape, countTo, int64Scalar } from './tokens.js';

/** Of one layer: values [batch, heads, keys, width], keys as `keyOrder` of the form has them. */
export interface KeysAndValues {
  readonly keys: string;
  readonly values: string;
}

export const CACHE_PARTS = ['keys', 'values'] as const satisfies readonly (keyof KeysAndValues)[];

/** What the tokens of a run see of each other and of those before them. */
export interface Context {
  readonly shape: BatchShape;
  /** Of each new token among the real ones, int64 [sequence] or [batch, sequence]; padding before the first has 0. */
  readonly positions: string;
  readonly slots: Slots;
  /** Emits what is added to the scores, so that no token sees a later one: broadcast to [batch, heads, sequence, keys]. */
  readonly bias: () => string;
  /** int64 [1]: keys that a query meets. */
  readonly keyCount: string;
  /** The keys and values that a layer's queries meet, given the new tokens' own. */
  readonly join: (layer: number, own: KeysAndValues) => KeysAndValues;
}

/** Which tensors a decoding graph keeps between runs. */
export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
}

/** A run over whole texts. */
export function wholeContext(layout: Layout): Context {
  const { shape, slots } = layout;
  return {
    shape,
    slots,
    positions: layout.positions(),
    bias: () => layout.causalBias(),
    keyCount: shape.sequence,
    join: (_, own) => own,
  };
}

/** Before a run, after it, or of the encoder. */
type CacheTime = 'past' | 'present' | 'cross';

/** The name of a layer's keys or values in a decoding graph. */
export function cacheName(when: CacheTime, layer: number, part: keyof KeysAndValues): string {
  return `${when}.${layer}.${part}`;
}

/** All names of a cache, layer by layer. */
export function cacheNames(when: CacheTime, { layers }: CacheShape): string[] {
  return Array.from({ length: layers }, (_, layer) =>
    CACHE_PARTS.map((part) => cacheName(when, layer, part)),
  ).flat();
}

/**
 * A run that goes on where others stopped. Declares the inputs `input_ids`, int64 [batch, sequence]; `attention_mask`,
 * int64 [batch, past+sequence]; `past.N.keys` and `past.N.values`, float32 [batch, heads, past, width]. Collects
 * `present.N.*`, with the new tokens at the end. Padding may lie anywhere. Keys must be of the fused form, where they lie
 * like values.
 */
export class CachedContext implements Context {
  readonly positions: string;
  readonly slots: Slots;
  readonly keyCount: string;
  readonly shape: BatchShape;
  /** The graph outputs. */
  readonly outputs: Record<string, string> = {};
  readonly #builder: GraphBuilder;

  constructor(builder: GraphBuilder, cache: CacheShape) {
    builder.input('input_ids', 'int64', ['batch', 'sequence']);
    builder.input('attention_mask', 'int64', ['batch', 'past+sequence']);
    for (const name of cacheNames('past', cache))
      builder.input(name, 'float32', ['batch', cache.heads, 'past', cache.width]);
    const past = builder.emit('Shape-19', [cacheName('past', 0, 'keys')], { start: int(2), end: int(3) });
    this.#builder = builder;
    this.shape = batchShape(builder);
    this.keyCount = builder.emit('Shape-19', ['attention_mask'], { start: int(1) });
    const queries = builder.emit('Add-14', [past, countTo(builder, this.shape.sequence)]);
    this.slots = { queries, keys: countTo(builder, this.keyCount) };
    this.positions = realPositions(builder, queries);
  }

  bias = (): string => causalBias(this.#builder, this.slots, floatMask(this.#builder));

  join = (layer: number, own: KeysAndValues): KeysAndValues => {
    const extend = (part: keyof KeysAndValues) => {
      const parts = [cacheName('past', layer, part), own[part]];
      const present = this.#builder.emit('Concat-13', parts, { axis: int(2) });
      this.outputs[cacheName('present', layer, part)] = present;
      return present;
    };
    return { keys: extend('keys'), values: extend('values') };
  };
}

/** How many real tokens come before each of `slots`, int64 [batch, slots]; 0 where there is none. */
function realPositions(builder: GraphBuilder, slots: string): string {
  const counted = builder.emit('CumSum-14', ['attention_mask', int64Scalar(builder, 1)]);
  const before = builder.emit('Sub-14', [counted, int64Scalar(builder, 1)]);
  const first = builder.emit('Max-13', [before, int64Scalar(builder, 0)]);
  return builder.emit('Gather-13', [first, slots], { axis: int(1) });
}
