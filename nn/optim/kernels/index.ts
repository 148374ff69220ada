import { instantiate, type WasmMemory } from '../webAssembly.js';
import { type AccumulationKernels, addWeightedFunction, takeSumsFunction } from './accumulation.js';
import { type AdafactorKernels, adafactorFunctions } from './adafactor.js';
import { type AdamWKernel, adamwFunction } from './adamw.js';
import { type SgdKernels, sgdFunction, sgdMomentumFunction } from './sgd.js';
import { type SumOfSquaresKernel, sumOfSquaresFunction } from './sumOfSquares.js';
import { assembleModule } from './wasmAssembler.js';

/** The loops over one memory. Addresses and lengths are in bytes; lengths are multiples of 16 where not said otherwise. */
export interface Kernels
  extends AccumulationKernels,
    AdafactorKernels,
    AdamWKernel,
    SgdKernels,
    SumOfSquaresKernel {}

export function loadKernels(memory: WasmMemory): Kernels {
  return instantiate<Kernels>(moduleBytes, memory);
}

const moduleBytes = assembleModule([
  adamwFunction,
  sgdFunction,
  sgdMomentumFunction,
  ...adafactorFunctions,
  addWeightedFunction,
  takeSumsFunction,
  sumOfSquaresFunction,
]);
