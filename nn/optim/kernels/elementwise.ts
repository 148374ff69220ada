import {
  type Code,
  F32,
  f32x4,
  I32,
  i32,
  local,
  V128,
  type WasmFunction,
  whileLoop,
} from './wasmAssembler.js';

const VECTOR_BYTES = i32.constant(16);

/** What the body of an elementwise loop may use; each list is in the order of the function's parameters. */
export interface LoopScope {
  /** Address of the current four values of each array. */
  readonly at: readonly Code[];
  /** Each scalar in all four lanes. */
  readonly scalars: readonly Code[];
  /** Indices of free vector locals. */
  readonly temporaries: readonly number[];
}

export interface ElementwiseShape {
  readonly name: string;
  readonly arrays: number;
  readonly scalars: number;
  readonly temporaries: number;
}

/**
 * A function (addresses..., byteLength, float32 scalars...) that runs `body` for every four float32 values of arrays of
 * equal length, a multiple of 16 bytes.
 */
export function elementwise(
  { name, arrays, scalars, temporaries }: ElementwiseShape,
  body: (scope: LoopScope) => Code,
): WasmFunction {
  const range = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);
  const byteLength = arrays;
  const firstScalar = arrays + 1;
  const firstSplat = firstScalar + scalars;
  const firstTemporary = firstSplat + scalars;
  const offset = firstTemporary + temporaries;
  const scope: LoopScope = {
    at: range(arrays, 0).map((array) => i32.add(local.get(array), local.get(offset))),
    scalars: range(scalars, firstSplat).map(local.get),
    temporaries: range(temporaries, firstTemporary),
  };
  const splats = range(scalars, 0).flatMap((index) =>
    local.set(firstSplat + index, f32x4.splat(local.get(firstScalar + index))),
  );
  const loop = [...body(scope), ...local.set(offset, i32.add(local.get(offset), VECTOR_BYTES))];
  return {
    name,
    parameters: [...range(arrays + 1, 0).map(() => I32), ...range(scalars, 0).map(() => F32)],
    results: [],
    locals: [...range(scalars + temporaries, 0).map(() => V128), I32],
    body: [...splats, ...whileLoop(i32.notEqual(local.get(offset), local.get(byteLength)), loop)],
  };
}
