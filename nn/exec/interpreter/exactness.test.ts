import { describe, expect, it } from '@jest/globals';
import { float, int, ints, text } from '../../graph/attributes.js';
import { onnxDtype } from '../../graph/dtypes.js';
import { encodeModel } from '../../graph/encode.js';
import type { Attributes } from '../../graph/ir.js';
import { GraphBuilder } from '../../ops/builder.js';
import type { Operator } from '../../ops/table.js';
import { float32Tensor, type Tensor } from '../../tensor.js';
import { createRunner } from '../createRunner.js';

const LARGE = 2n ** 53n + 1n; // The first whole number that a double cannot hold.
const MOST = 2n ** 63n - 1n;

const int64 = (dims: number[], ...values: (number | bigint)[]): Tensor => ({
  dtype: 'int64',
  dims,
  data: BigInt64Array.from(values, BigInt),
});
const int32 = (dims: number[], ...values: number[]): Tensor => ({
  dtype: 'int32',
  dims,
  data: Int32Array.from(values),
});
const bool = (dims: number[], ...values: number[]): Tensor => ({
  dtype: 'bool',
  dims,
  data: Uint8Array.from(values),
});
const float32 = (dims: number[], ...values: number[]) => float32Tensor(dims, Float32Array.from(values));
const to = (dtype: Tensor['dtype']): Attributes => ({ to: int(onnxDtype(dtype)) });

const a = int64([2, 3], LARGE, -7, 7, 0, MOST, 5);
const b = int64([3], 2, -3, 3);
const grid = int64([2, 3, 2], ...Array.from({ length: 12 }, (_, at) => LARGE * BigInt(at - 5)));
const fractions = float32([2, 4], 1.9, -1.9, 0, 0.4, 2 ** 40, -(2 ** 40), 7, -0.5);

/** Operands, the first of them fed and the others constant or left out, and attributes. */
type Row = readonly [Operator, readonly (Tensor | '')[], Attributes?, number?];

const ROWS: readonly Row[] = [
  ['Add-14', [a, b]],
  ['Sub-14', [a, b]],
  ['Mul-14', [a, b]],
  ['Div-14', [a, b]],
  ['Mul-14', [int32([3], 2 ** 30, -7, 65_537), int32([1], 65_537)]],
  ['Max-13', [a, b]],
  ['Min-13', [a, b]],
  ['Equal-19', [a, int64([2, 1], LARGE, 5)]],
  ['Equal-19', [a, int64([], LARGE - 1n)]],
  ['Equal-19', [bool([3], 1, 0, 1), bool([1], 1)]],
  ['Equal-19', [fractions, float32([1], -0.5)]],
  ['LessOrEqual-16', [a, int64([2, 1], LARGE - 1n, 5)]],
  ['LessOrEqual-16', [fractions, float32([4], 2, -2, Number.NaN, 0.4)]],
  ['Where-16', [bool([2, 1], 1, 0), a, b]],
  ['Cast-19', [a], to('bool')],
  ['Cast-19', [a], to('int32')],
  ['Cast-19', [a], to('int64')],
  ['Cast-19', [int64([2], -3, 16_777_217)], to('float32')],
  ['Cast-19', [bool([2], 0, 1)], to('float32')],
  ['Cast-19', [bool([2], 0, 1)], to('int64')],
  ['Cast-19', [fractions], to('int64')],
  ['Cast-19', [fractions], to('bool')],
  ['Cast-19', [float32([3], 1.9, -1.9, 2 ** 30)], to('int32')],
  ['CumSum-14', [grid, int64([], 1)]],
  ['CumSum-14', [grid, int64([], -1)], { exclusive: int(1), reverse: int(1) }],
  ['Shape-19', [grid], { start: int(-2), end: int(3) }],
  ['Reshape-19', [grid, int64([3], 0, -1, 1)]],
  ['Unsqueeze-13', [grid, int64([2], 0, -1)]],
  ['Transpose-13', [grid], { perm: ints([2, 0, 1]) }],
  ['Transpose-13', [grid]],
  ['Expand-13', [int64([2, 1], LARGE, -1), int64([3], 3, 1, 2)]],
  ['Concat-13', [grid, int64([2, 1, 2], 1, 2, 3, 4)], { axis: int(1) }],
  ['Split-18', [grid, int64([2], 1, 2)], { axis: int(1) }, 2],
  ['Split-18', [grid], { axis: int(-2), num_outputs: int(2) }, 2],
  ['Gather-13', [grid, int64([2, 2], 2, -1, 0, -3)], { axis: int(1) }],
  ['Gather-13', [bool([3], 0, 1, 1), int64([], -1)]],
  ['GatherElements-13', [grid, int64([1, 2, 2], 2, 0, -1, 1)], { axis: int(1) }],
  ['ScatterElements-18', [grid, int64([1, 1, 2], -1, 0), int64([1, 1, 2], 8, 9)], { axis: int(1) }],
  ['ScatterND-18', [grid, int64([2, 2], 1, 2, 0, -1), int64([2, 2], 1, 2, 3, 4)]],
  ...['add', 'mul', 'max', 'min'].flatMap((reduction): Row[] => [
    [
      'ScatterElements-18',
      [grid, int64([2, 1, 2], 1, 1, 1, 2), int64([2, 1, 2], 2, 3, -4, 5)],
      { axis: int(1), reduction: text(reduction) },
    ],
    [
      'ScatterElements-18',
      [fractions, int64([3, 1], 0, 1, 0), float32([3, 1], 2, -4, 8)],
      { axis: int(0), reduction: text(reduction) },
    ],
    [
      'ScatterND-18',
      [fractions, int64([2, 1], 1, 1), float32([2, 4], 1, -2, 0.5, 4, 8, 16, -1, 0)],
      { reduction: text(reduction) },
    ],
  ]),
  ['ScatterND-18', [fractions, int64([1, 2], -1, 1), float32([1], 3)]],
  ['Abs-13', [a]],
  ['Neg-13', [grid]],
  ['Sign-13', [a]],
  ['Round-11', [float32([5], 0.5, 1.5, -2.5, 2.4, -2.6)]],
  ['IsInf-20', [float32([3], Number.NaN, Number.POSITIVE_INFINITY, 1)]],
  ['IsInf-20', [float32([2], Number.NEGATIVE_INFINITY, 1)], { detect_negative: int(0) }],
  ['IsNaN-20', [float32([3], Number.NaN, Number.POSITIVE_INFINITY, 1)]],
  ['Less-13', [a, int64([2, 1], LARGE, 5)]],
  ['Greater-13', [a, int64([2, 1], LARGE - 1n, 5)]],
  ['GreaterOrEqual-16', [fractions, float32([4], 2, -2, Number.NaN, 0.4)]],
  ['And-7', [bool([2, 1], 0, 1), bool([2], 0, 1)]],
  ['Or-7', [bool([2, 1], 0, 1), bool([2], 0, 1)]],
  ['Not-1', [bool([2], 0, 1)]],
  ['Mod-13', [a, b]],
  // ONNX Runtime takes this one, and sums, by way of doubles.
  ['Mod-13', [int64([3], -7, 7, 5), b], { fmod: int(1) }],
  ['Pow-15', [int64([3], -3, 2, 0), int64([3], 3, 40, 0)]],
  ['Pow-15', [int64([3], -3, 2, 9), float32([1], 2)]],
  ['Pow-15', [float32([3], -3, 2, 9), int64([1], 2)]],
  ['Clip-13', [a, int64([], -3), int64([], LARGE)]],
  ['Slice-13', [grid, int64([2], -1, 0), int64([2], -9, 2), int64([2], 1, 2), int64([2], -2, 1)]],
  ['Slice-13', [fractions, int64([1], 3), int64([1], -9), int64([1], 1), int64([1], -2)]],
  ['Slice-13', [fractions, int64([1], 1), int64([1], MOST), int64([1], -1)]],
  ['Pad-19', [a, int64([4], 1, 0, -1, 2), int64([], LARGE)]],
  ['Pad-19', [fractions, int64([4], 0, 2, 1, 0)]],
  ...['reflect', 'edge', 'wrap'].map(
    (mode): Row => ['Pad-19', [fractions, int64([2], 2, 1), '', int64([1], 1)], { mode: text(mode) }],
  ),
  ['Tile-13', [grid, int64([3], 1, 2, 3)]],
  [
    'Trilu-14',
    [int64([2, 3, 3], ...Array.from({ length: 18 }, (_, at) => LARGE + BigInt(at))), int64([], -1)],
  ],
  ['Trilu-14', [fractions], { upper: int(0) }],
  ['Squeeze-13', [int64([1, 2, 1], LARGE, 2), int64([1], 0)]],
  ['Flatten-13', [grid], { axis: int(0) }],
  ['Flatten-13', [grid], { axis: int(-1) }],
  ['ReduceSum-13', [int64([2, 2], 2 ** 40, -1, 5, 6), int64([1], 1)], { keepdims: int(0) }],
  ['ReduceMax-18', [grid, int64([2], 0, -1)]],
  ['ReduceMin-18', [grid]],
  ['ReduceSum-13', [grid], { noop_with_empty_axes: int(1) }],
  ['ArgMax-13', [int64([2, 4], 3, 7, 7, 1, LARGE, 5, LARGE, 0)], { axis: int(1), select_last_index: int(1) }],
  ['ArgMax-13', [fractions], { axis: int(0), keepdims: int(0) }],
  ['TopK-11', [int64([2, 4], 3, 7, 7, 1, LARGE, 5, LARGE, 0), int64([1], 3)], {}, 2],
  ['TopK-11', [fractions, int64([1], 1)], { axis: int(0), largest: int(0) }, 2],
  ['Gemm-13', [float32([2, 1], 1, 2), float32([1, 2], 3, 4), float32([2, 1], 8, 16)], { beta: float(0.5) }],
  ['LayerNormalization-17', [float32([1, 2], -1, 1), float32([2], 2, 4)], { epsilon: float(0.25) }, 3],
];

const titleOf = ([op, operands, attributes]: Row) =>
  [
    op,
    ...operands.map((tensor) => (tensor === '' ? '' : `${tensor.dtype}[${tensor.dims}]`)),
    ...Object.entries(attributes ?? {}).map(([name, { value }]) => `${name}=${value}`),
  ].join(' ');

function modelOf([op, operands, attributes = {}, outputs = 1]: Row) {
  const builder = new GraphBuilder();
  const names = operands.map((tensor, index) => {
    if (tensor === '') return '';
    return index === 0 ? builder.input('x', tensor.dtype, tensor.dims) : builder.constant(tensor);
  });
  const present = Array.from({ length: outputs }, () => true);
  const results = builder.emitAll(op, names, attributes, present);
  return encodeModel(
    builder.build('row', Object.fromEntries(results.map((name, index) => [`y${index}`, name]))),
  );
}

describe('what no rounding excuses equals ONNX Runtime exactly', () => {
  it.each(ROWS.map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
    const model = modelOf(row);
    const fetches = Object.fromEntries(
      Array.from({ length: row[3] ?? 1 }, (__, index) => [`y${index}`, null]),
    );
    const [expected, computed] = await Promise.all(
      (['cpu', 'tfjs-cpu'] as const).map(async (provider) => {
        const runner = await createRunner(model, { threads: 1, providers: [provider] });
        const results = await runner.run({ x: row[1][0] as Tensor }, fetches);
        await runner.dispose();
        return results;
      }),
    );
    for (const name of Object.keys(fetches)) {
      const { dtype, dims, data } = expected![name]!;
      expect(computed![name]).toEqual({ dtype, dims, data });
    }
  });

  it.each<Row>([
    ['Gather-13', [grid, int64([1], 3)], { axis: int(1) }],
    ['GatherElements-13', [fractions, int64([1, 1], -3)]],
    ['ScatterND-18', [fractions, int64([1, 1], 2), float32([1, 4], 1, 2, 3, 4)]],
    ['Div-14', [a, int64([1], 0)]],
  ])('%s refuses an index out of range and a division by zero', async (...row) => {
    const runner = await createRunner(modelOf(row), { threads: 1, providers: ['tfjs-cpu'] });
    await expect(runner.run({ x: row[1][0] as Tensor }, { y0: null })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringContaining(row[0]),
    });
    await runner.dispose();
  });
});
