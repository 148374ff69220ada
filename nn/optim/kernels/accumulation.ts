import { elementwise } from './elementwise.js';
import { type Code, f32x4, v128 } from './wasmAssembler.js';

export interface AccumulationKernels {
  /** `sums += weight * gradients`. */
  addWeighted(sums: number, gradients: number, byteLength: number, weight: number): void;
  /** `gradients = scale * sums`, then `sums = 0`. */
  takeSums(gradients: number, sums: number, byteLength: number, scale: number): void;
}

export const addWeightedFunction = elementwise(
  { name: 'addWeighted', arrays: 2, scalars: 1, temporaries: 0 },
  ({ at, scalars }) => {
    const [sums, gradients] = at as [Code, Code];
    const added = f32x4.mul(scalars[0]!, v128.load(gradients));
    return v128.store(sums, f32x4.add(v128.load(sums), added));
  },
);

export const takeSumsFunction = elementwise(
  { name: 'takeSums', arrays: 2, scalars: 1, temporaries: 0 },
  ({ at, scalars }) => {
    const [gradients, sums] = at as [Code, Code];
    return [
      ...v128.store(gradients, f32x4.mul(scalars[0]!, v128.load(sums))),
      ...v128.store(sums, v128.zero),
    ];
  },
);
