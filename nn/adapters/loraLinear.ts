import { float, int } from '../graph/attributes.js';
import type { Emitter } from '../ops/rule.js';
import { factorNames, type LoraAdapter, loraScale } from './types.js';

/** A linear layer just emitted. */
export interface LinearLayer {
  /** Its module's Hugging Face name. */
  readonly module: string;
  /** [rows, in]. */
  readonly x: string;
  /** [rows, out]: x W^T + b. */
  readonly y: string;
}

/** What a layer's users read in place of `y`: `y` itself, or a value computed from it. */
export type LinearHook = (emitter: Emitter, layer: LinearLayer) => string;

/** y + scale (x A^T) B^T, in two products of which the second adds y. */
export function loraLinear(
  emitter: Emitter,
  { x, y }: Pick<LinearLayer, 'x' | 'y'>,
  { a, b, scale }: { readonly a: string; readonly b: string; readonly scale: number },
): string {
  const inner = emitter.emit('Gemm-13', [x, a], { transB: int(1) });
  return emitter.emit('Gemm-13', [inner, b, y], { transB: int(1), alpha: float(scale) });
}

/** Adds an adapter to the modules it adapts. The graph declares the adapter's parameters under their own names. */
export function loraHook({ config, parameters }: LoraAdapter): LinearHook {
  const scale = loraScale(config);
  return (emitter, { module, x, y }) => {
    const { a, b } = factorNames(module);
    return parameters.has(a) ? loraLinear(emitter, { x, y }, { a, b, scale }) : y;
  };
}
