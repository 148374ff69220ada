import {
  type Code,
  F64,
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

export interface SumOfSquaresKernel {
  /** Sum of the squares of float32 values, in float64 and in a fixed order. */
  sumOfSquares(address: number, byteLength: number): number;
}

const [address, byteLength, offset, low, high, pair] = [0, 1, 2, 3, 4, 5];

function addSquares(sum: number, byteOffset: number): Code {
  const here = i32.add(local.get(address), local.get(offset));
  return [
    ...local.set(pair, f64x2.promoteLow(v128.load64Zero(here, byteOffset))),
    ...local.set(sum, f64x2.add(local.get(sum), f64x2.mul(local.get(pair), local.get(pair)))),
  ];
}

const lanes = (sum: number) =>
  f64.add(f64x2.extractLane(local.get(sum), 0), f64x2.extractLane(local.get(sum), 1));

export const sumOfSquaresFunction: WasmFunction = {
  name: 'sumOfSquares',
  parameters: [I32, I32],
  results: [F64],
  locals: [I32, V128, V128, V128],
  body: [
    ...whileLoop(i32.notEqual(local.get(offset), local.get(byteLength)), [
      ...addSquares(low, 0),
      ...addSquares(high, 8),
      ...local.set(offset, i32.add(local.get(offset), i32.constant(16))),
    ]),
    ...f64.add(lanes(low), lanes(high)),
  ],
};
