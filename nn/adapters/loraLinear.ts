import { float, int } from '../graph/attributes.js';
import type { Emitter, LinearHook, LinearLayer } from '../ops/rule.js';
import { factorNames, type LoraAdapter, loraScale } from './types.js';

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
