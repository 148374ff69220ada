import {
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

/**
 * The loops over one row of a matrix, which may start and end anywhere: the first part of the row is done in steps of
 * two or four values, up to `evenBytes`, the rest one by one, up to `byteLength`.
 */
export interface AdafactorKernels {
  /**
   * Sum of the squares of `scale * gradients`, which are also added to the float64 `columnSums`. `evenBytes` is a
   * multiple of 8; `columnSums` has room for one value more than the row.
   */
  addRowSquares(
    gradients: number,
    columnSums: number,
    evenBytes: number,
    byteLength: number,
    scale: number,
  ): number;
  /** Sum of the squares of `gradients * factors`. `evenBytes` is a multiple of 8. */
  sumOfProductSquares(gradients: number, factors: number, evenBytes: number, byteLength: number): number;
  /** `w = keep * w - scale * factors * gradients`. `evenBytes` is a multiple of 16. */
  subtractProduct(
    weights: number,
    gradients: number,
    factors: number,
    evenBytes: number,
    byteLength: number,
    keep: number,
    scale: number,
  ): void;
}

/** A loop in strides over the even part, then over single values. */
function twoPartLoop(
  [offset, evenBytes, byteLength]: readonly [number, number, number],
  strideBytes: number,
  even: Code,
  single: Code,
): Code {
  const upTo = (end: number, body: Code, stride: number) =>
    whileLoop(i32.notEqual(local.get(offset), local.get(end)), [
      ...body,
      ...local.set(offset, i32.add(local.get(offset), i32.constant(stride))),
    ]);
  return [...upTo(evenBytes, even, strideBytes), ...upTo(byteLength, single, 4)];
}

const sumOfLanes = (pair: Code) => f64.add(f64x2.extractLane(pair, 0), f64x2.extractLane(pair, 1));

function addRowSquaresFunction(): WasmFunction {
  const [gradients, columnSums, evenBytes, byteLength, scale, offset, sum, scales, squares, column] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const here = i32.add(local.get(gradients), local.get(offset));
  const add = (values: Code): Code => [
    ...local.set(squares, f64x2.mul(f64x2.promoteLow(values), local.get(scales))),
    ...local.set(squares, f64x2.mul(local.get(squares), local.get(squares))),
    ...local.set(sum, f64x2.add(local.get(sum), local.get(squares))),
    // A float64 sum is twice as wide as the float32 value it belongs to.
    ...local.set(column, i32.add(local.get(columnSums), i32.add(local.get(offset), local.get(offset)))),
    ...v128.store(local.get(column), f64x2.add(v128.load(local.get(column)), local.get(squares))),
  ];
  return {
    name: 'addRowSquares',
    parameters: [I32, I32, I32, I32, F64],
    results: [F64],
    locals: [I32, V128, V128, V128, I32],
    body: [
      ...local.set(scales, f64x2.splat(local.get(scale))),
      ...twoPartLoop(
        [offset, evenBytes, byteLength],
        8,
        add(v128.load64Zero(here, 0)),
        add(v128.load32Zero(here)),
      ),
      ...sumOfLanes(local.get(sum)),
    ],
  };
}

function sumOfProductSquaresFunction(): WasmFunction {
  const [gradients, factors, evenBytes, byteLength, offset, sum, product] = [0, 1, 2, 3, 4, 5, 6];
  const at = (base: number) => i32.add(local.get(base), local.get(offset));
  const add = (load: (address: Code) => Code): Code => [
    ...local.set(
      product,
      f64x2.mul(f64x2.promoteLow(load(at(gradients))), f64x2.promoteLow(load(at(factors)))),
    ),
    ...local.set(sum, f64x2.add(local.get(sum), f64x2.mul(local.get(product), local.get(product)))),
  ];
  const pair = (address: Code) => v128.load64Zero(address, 0);
  return {
    name: 'sumOfProductSquares',
    parameters: [I32, I32, I32, I32],
    results: [F64],
    locals: [I32, V128, V128],
    body: [
      ...twoPartLoop([offset, evenBytes, byteLength], 8, add(pair), add(v128.load32Zero)),
      ...sumOfLanes(local.get(sum)),
    ],
  };
}

function subtractProductFunction(): WasmFunction {
  const [weights, gradients, factors, evenBytes, byteLength, keep, scale, offset, keeps, scales] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ];
  const at = (base: number) => i32.add(local.get(base), local.get(offset));
  const updated = (load: (address: Code) => Code) =>
    f32x4.sub(
      f32x4.mul(load(at(weights)), local.get(keeps)),
      f32x4.mul(f32x4.mul(local.get(scales), load(at(factors))), load(at(gradients))),
    );
  return {
    name: 'subtractProduct',
    parameters: [I32, I32, I32, I32, I32, F32, F32],
    results: [],
    locals: [I32, V128, V128],
    body: [
      ...local.set(keeps, f32x4.splat(local.get(keep))),
      ...local.set(scales, f32x4.splat(local.get(scale))),
      ...twoPartLoop(
        [offset, evenBytes, byteLength],
        16,
        v128.store(at(weights), updated(v128.load)),
        v128.store32(at(weights), updated(v128.load32Zero)),
      ),
    ],
  };
}

export const adafactorFunctions = [
  addRowSquaresFunction(),
  sumOfProductSquaresFunction(),
  subtractProductFunction(),
];
