import {
  assembleModule,
  type Code,
  F32,
  F64,
  f32x4,
  f64,
  f64x2,
  I32,
  i32,
  local,
  V128,
  v128,
  type WasmFunction,
  whileLoop,
} from './wasmAssembler.js';
import { instantiate, type WasmMemory } from './webAssembly.js';

/** The loops over one memory. Addresses and lengths are in bytes, multiples of 16. */
export interface Kernels {
  /**
   * One AdamW update (Loshchilov & Hutter 2019, as torch.optim.AdamW) of `byteLength / 4` float32 values:
   *
   *     g = gradientScale * gradient
   *     m += (g - m) * oneMinusBeta1
   *     v  = v * beta2 + oneMinusBeta2 * g * g
   *     w  = w * keep - stepSize * m / (sqrt(v) / rootCorrection2 + epsilon)
   */
  adamw(
    weights: number,
    firstMoments: number,
    secondMoments: number,
    gradients: number,
    byteLength: number,
    gradientScale: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    keep: number,
    stepSize: number,
    rootCorrection2: number,
    epsilon: number,
  ): void;
  /** Sum of the squares of float32 values, in float64 and in a fixed order. */
  sumOfSquares(address: number, byteLength: number): number;
}

export function loadKernels(memory: WasmMemory): Kernels {
  return instantiate<Kernels>(moduleBytes, memory);
}

const VECTOR_BYTES = i32.constant(16);

function adamwFunction(): WasmFunction {
  const [weights, firstMoments, secondMoments, gradients, byteLength] = [0, 1, 2, 3, 4];
  const scalars = [5, 6, 7, 8, 9, 10, 11, 12];
  const [scale, oneMinusBeta1, beta2, oneMinusBeta2, keep, stepSize, rootCorrection2, epsilon] = [
    13, 14, 15, 16, 17, 18, 19, 20,
  ].map(local.get) as [Code, Code, Code, Code, Code, Code, Code, Code];
  const [g, m, v, offset] = [21, 22, 23, 24];
  const at = (base: number) => i32.add(local.get(base), local.get(offset));

  const denominator = f32x4.add(f32x4.div(f32x4.sqrt(local.get(v)), rootCorrection2), epsilon);
  const update = f32x4.mul(stepSize, f32x4.div(local.get(m), denominator));
  const newSecondMoment = f32x4.add(
    f32x4.mul(v128.load(at(secondMoments)), beta2),
    f32x4.mul(f32x4.mul(oneMinusBeta2, local.get(g)), local.get(g)),
  );
  const gradientMinusMoment = f32x4.sub(local.get(g), local.get(m));
  const loop: Code = [
    ...local.set(g, f32x4.mul(v128.load(at(gradients)), scale)),
    ...local.set(m, v128.load(at(firstMoments))),
    ...local.set(m, f32x4.add(local.get(m), f32x4.mul(gradientMinusMoment, oneMinusBeta1))),
    ...v128.store(at(firstMoments), local.get(m)),
    ...local.set(v, newSecondMoment),
    ...v128.store(at(secondMoments), local.get(v)),
    ...v128.store(at(weights), f32x4.sub(f32x4.mul(v128.load(at(weights)), keep), update)),
    ...local.set(offset, i32.add(local.get(offset), VECTOR_BYTES)),
  ];
  return {
    name: 'adamw',
    parameters: [I32, I32, I32, I32, I32, ...scalars.map(() => F32)],
    results: [],
    locals: [...scalars.map(() => V128), V128, V128, V128, I32],
    body: [
      ...scalars.flatMap((index) => local.set(index + scalars.length, f32x4.splat(local.get(index)))),
      ...whileLoop(i32.notEqual(local.get(offset), local.get(byteLength)), loop),
    ],
  };
}

function sumOfSquaresFunction(): WasmFunction {
  const [address, byteLength, offset, low, high, pair] = [0, 1, 2, 3, 4, 5];
  const here = i32.add(local.get(address), local.get(offset));
  const addSquares = (sum: number, byteOffset: number): Code => [
    ...local.set(pair, f64x2.promoteLow(v128.load64Zero(here, byteOffset))),
    ...local.set(sum, f64x2.add(local.get(sum), f64x2.mul(local.get(pair), local.get(pair)))),
  ];
  const loop: Code = [
    ...addSquares(low, 0),
    ...addSquares(high, 8),
    ...local.set(offset, i32.add(local.get(offset), VECTOR_BYTES)),
  ];
  const lanes = (sum: number) =>
    f64.add(f64x2.extractLane(local.get(sum), 0), f64x2.extractLane(local.get(sum), 1));
  return {
    name: 'sumOfSquares',
    parameters: [I32, I32],
    results: [F64],
    locals: [I32, V128, V128, V128],
    body: [
      ...whileLoop(i32.notEqual(local.get(offset), local.get(byteLength)), loop),
      ...f64.add(lanes(low), lanes(high)),
    ],
  };
}

const moduleBytes = assembleModule([adamwFunction(), sumOfSquaresFunction()]);
