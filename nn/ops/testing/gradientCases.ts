import { float, int, ints, text } from '../../graph/attributes.js';
import { onnxDtype } from '../../graph/dtypes.js';
import type { Attributes } from '../../graph/ir.js';
import { float32Tensor, int64Tensor, type Tensor } from '../../tensor.js';
import type { Operator } from '../table.js';

/** One operator applied to float operands of these shapes, then to constants. */
export interface GradientCase {
  readonly op: Operator;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Attributes;
  readonly constants?: readonly Tensor[];
  /** Keeps operands at least this far from zero, on either side. */
  readonly awayFromZero?: number;
  /** Draws an operand within 0.1 of a value. */
  readonly around?: readonly (number | undefined)[];
  /** Takes the operands' absolute values. */
  readonly positive?: boolean;
  /** How many operands come before the constants, all by default. */
  readonly constantsAt?: number;
  /** How many outputs the operator has, 1 by default. */
  readonly outputs?: number;
}

const scalar = (value: number) => float32Tensor([], Float32Array.of(value));
const indices = (...values: number[]) => int64Tensor([values.length], BigInt64Array.from(values, BigInt));

/** Some of each kind; `broadcasts.test.ts` has them all. */
const BROADCASTS = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 3],
    [1, 3],
  ],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [1, 3],
    [2, 1],
  ],
  [[2, 3], []],
  [
    [2, 1, 3],
    [4, 1],
  ],
] as const;

const everyBroadcast = (op: Operator, extra: Partial<GradientCase> = {}): GradientCase[] =>
  BROADCASTS.map((shapes) => ({ op, shapes, ...extra }));

const matrixForms = (op: Operator, extra: Attributes = {}): GradientCase[] =>
  [0, 1].flatMap((transA) =>
    [0, 1].map((transB) => ({
      op,
      shapes: [transA ? [4, 2] : [2, 4], transB ? [3, 4] : [4, 3]],
      attributes: { transA: int(transA), transB: int(transB), alpha: float(0.7), ...extra },
    })),
  );

/** At least one row for every differentiable operator; the test checks that. */
export const GRADIENT_CASES: readonly GradientCase[] = [
  ...everyBroadcast('Add-14'),
  ...everyBroadcast('Sub-14'),
  ...everyBroadcast('Mul-14'),
  ...everyBroadcast('Div-14', { awayFromZero: 0.5 }),
  { op: 'Neg-13', shapes: [[2, 3]] },
  { op: 'Identity-16', shapes: [[2, 3]] },
  { op: 'Exp-13', shapes: [[2, 3]] },
  { op: 'Erf-13', shapes: [[2, 3]] },
  { op: 'Tanh-13', shapes: [[2, 3]] },
  { op: 'Gelu-20', shapes: [[4, 5]] },
  { op: 'Softmax-13', shapes: [[2, 5]] },
  { op: 'Softmax-13', shapes: [[2, 5, 3]], attributes: { axis: int(1) } },
  { op: 'LogSoftmax-13', shapes: [[2, 5]] },
  { op: 'LayerNormalization-17', shapes: [[3, 8], [8], [8]] },
  { op: 'LayerNormalization-17', shapes: [[2, 3, 8], [8]], attributes: { epsilon: float(1e-3) } },
  {
    op: 'MatMul-13',
    shapes: [
      [2, 4],
      [4, 3],
    ],
  },
  {
    op: 'MatMul-13',
    shapes: [
      [2, 3, 4],
      [4, 2],
    ],
  },
  {
    op: 'MatMul-13',
    shapes: [
      [2, 3, 4],
      [2, 4, 2],
    ],
  },
  {
    op: 'MatMul-13',
    shapes: [
      [2, 1, 3, 4],
      [1, 2, 4, 2],
    ],
  },
  {
    op: 'MatMul-13',
    shapes: [
      [3, 4],
      [2, 4, 2],
    ],
  },
  { op: 'MatMul-13', shapes: [[4], [4]] },
  { op: 'MatMul-13', shapes: [[4], [2, 4, 3]] },
  { op: 'MatMul-13', shapes: [[2, 3, 4], [4]] },
  { op: 'MatMul-13', shapes: [[3, 4], [4]] },
  ...matrixForms('com.microsoft.FusedMatMul-1'),
  {
    op: 'com.microsoft.FusedMatMul-1',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    attributes: { transB: int(1) },
  },
  ...matrixForms('Gemm-13'),
  { op: 'Gemm-13', shapes: [[2, 4], [4, 3], [3]] },
  {
    op: 'Gemm-13',
    shapes: [
      [2, 4],
      [4, 3],
      [2, 1],
    ],
    attributes: { beta: float(0.3) },
  },
  { op: 'Reshape-19', shapes: [[2, 6]], constants: [indices(3, -1)] },
  { op: 'Reshape-19', shapes: [[2, 6]], constants: [indices(0, 2, 3)] },
  { op: 'Transpose-13', shapes: [[2, 3, 4]], attributes: { perm: ints([1, 2, 0]) } },
  { op: 'Unsqueeze-13', shapes: [[2, 3]], constants: [indices(0, -1)] },
  { op: 'Gather-13', shapes: [[4, 3]], constants: [indices(1, 3, 1)] },
  { op: 'Gather-13', shapes: [[2, 4, 3]], constants: [indices(1, 3, 1)], attributes: { axis: int(1) } },
  { op: 'Gather-13', shapes: [[4, 3]], constants: [int64Tensor([], BigInt64Array.of(2n))] },
  {
    op: 'Gather-13',
    shapes: [[2, 4, 3]],
    constants: [int64Tensor([2, 2], BigInt64Array.of(1n, 3n, 1n, 0n))],
    attributes: { axis: int(1) },
  },
  { op: 'ReduceSum-13', shapes: [[2, 3, 4]] },
  { op: 'ReduceSum-13', shapes: [[2, 3, 4]], constants: [indices(1)], attributes: { keepdims: int(1) } },
  { op: 'ReduceSum-13', shapes: [[2, 3, 4]], constants: [indices(-1, 0)], attributes: { keepdims: int(0) } },
  { op: 'Expand-13', shapes: [[2, 1]], constants: [indices(3, 2, 4)] },
  { op: 'Gelu-20', shapes: [[4, 5]], attributes: { approximate: text('tanh') } },
  { op: 'Sqrt-13', shapes: [[2, 3]], positive: true, awayFromZero: 0.5 },
  { op: 'Sin-7', shapes: [[2, 3]] },
  { op: 'Cos-7', shapes: [[2, 3]] },
  { op: 'Sigmoid-13', shapes: [[2, 3]] },
  { op: 'Relu-14', shapes: [[2, 3]], awayFromZero: 0.1 },
  ...everyBroadcast('Max-13'),
  ...everyBroadcast('Min-13'),
  ...everyBroadcast('Where-16', {
    constants: [{ dtype: 'bool', dims: [2, 1, 1], data: Uint8Array.of(1, 0) }],
    constantsAt: 0,
  }),
  { op: 'CumSum-14', shapes: [[2, 4]], constants: [int64Tensor([], BigInt64Array.of(1n))] },
  {
    op: 'CumSum-14',
    shapes: [[2, 4]],
    constants: [int64Tensor([], BigInt64Array.of(0n))],
    attributes: { reverse: int(1), exclusive: int(1) },
  },
  {
    op: 'GatherElements-13',
    shapes: [[3, 4]],
    constants: [int64Tensor([3, 2], BigInt64Array.of(1n, 1n, 0n, 3n, 2n, 0n))],
    attributes: { axis: int(1) },
  },
  {
    op: 'Concat-13',
    shapes: [
      [2, 3],
      [2, 1],
    ],
    attributes: { axis: int(-1) },
  },
  { op: 'Split-18', shapes: [[2, 5]], attributes: { axis: int(1), num_outputs: int(2) }, outputs: 2 },
  { op: 'Split-18', shapes: [[4, 3]], constants: [indices(1, 3)], outputs: 2 },
  { op: 'Cast-19', shapes: [[2, 3]], attributes: { to: int(onnxDtype('float32')) } },
  { op: 'Abs-13', shapes: [[2, 3]], awayFromZero: 0.1 },
  { op: 'Sign-13', shapes: [[2, 3]], awayFromZero: 0.1 },
  { op: 'Floor-13', shapes: [[2, 3]] },
  { op: 'Ceil-13', shapes: [[2, 3]] },
  { op: 'Round-11', shapes: [[2, 3]] },
  { op: 'Reciprocal-13', shapes: [[2, 3]], awayFromZero: 0.8 },
  { op: 'Log-13', shapes: [[2, 3]], positive: true, awayFromZero: 0.8 },
  { op: 'Softplus-1', shapes: [[2, 3]] },
  ...everyBroadcast('Pow-15', { positive: true, awayFromZero: 0.5 }),
  { op: 'Pow-15', shapes: [[2, 3]], constants: [scalar(2)] },
  { op: 'Pow-15', shapes: [[2, 3]], constants: [scalar(0)] },
  { op: 'Pow-15', shapes: [[2, 3]], constants: [indices(3)] },
  ...everyBroadcast('Mod-13', { attributes: { fmod: int(1) }, around: [3, -2] }),
  { op: 'Clip-13', shapes: [[3, 4]], constants: [scalar(-0.5), scalar(0.8)] },
  { op: 'Clip-13', shapes: [[3, 4], []], around: [undefined, -0.2] },
  { op: 'Clip-13', shapes: [[3, 4], [], []], around: [undefined, -0.5, 0.8] },
  { op: 'Squeeze-13', shapes: [[2, 1, 3, 1]] },
  { op: 'Squeeze-13', shapes: [[2, 1, 3, 1]], constants: [indices(-1)] },
  { op: 'Flatten-13', shapes: [[2, 3, 4]], attributes: { axis: int(2) } },
  { op: 'Trilu-14', shapes: [[2, 3, 4]], constants: [int64Tensor([], BigInt64Array.of(1n))] },
  { op: 'Trilu-14', shapes: [[4, 3]], attributes: { upper: int(0) } },
  { op: 'Tile-13', shapes: [[2, 3]], constants: [indices(2, 3)] },
  { op: 'Slice-13', shapes: [[4, 5]], constants: [indices(1, -3), indices(3, 2 ** 31), indices(0, 1)] },
  { op: 'Slice-13', shapes: [[4, 5]], constants: [indices(-1), indices(-9), indices(1), indices(-2)] },
  {
    op: 'Slice-13',
    shapes: [[3, 4, 5]],
    constants: [indices(1, 0, 4), indices(9, 4, 0), indices(0, 1, 2), indices(1, 2, -3)],
  },
  { op: 'Pad-19', shapes: [[2, 3]], constants: [indices(1, 0, 0, 2)] },
  { op: 'Pad-19', shapes: [[2, 3]], constants: [indices(1, -1, 0, 2)] },
  { op: 'Pad-19', shapes: [[2, 3], []], constants: [indices(1, 0, 0, 2)], constantsAt: 1 },
  ...(['ReduceMean-18', 'ReduceMax-18', 'ReduceMin-18'] as const).flatMap((op): GradientCase[] => [
    { op, shapes: [[2, 3, 4]] },
    { op, shapes: [[2, 3, 4]], constants: [indices(1)] },
    { op, shapes: [[2, 3, 4]], constants: [indices(-1, 0)], attributes: { keepdims: int(0) } },
  ]),
  { op: 'TopK-11', shapes: [[3, 5]], constants: [indices(2)], outputs: 2 },
  {
    op: 'TopK-11',
    shapes: [[3, 5]],
    constants: [indices(2)],
    attributes: { axis: int(0), largest: int(0) },
    outputs: 2,
  },
  {
    op: 'ScatterElements-18',
    shapes: [
      [4, 3],
      [2, 3],
    ],
    constants: [int64Tensor([2, 3], BigInt64Array.of(0n, 1n, 3n, 2n, 0n, 1n))],
    constantsAt: 1,
  },
  {
    op: 'ScatterElements-18',
    shapes: [
      [4, 3],
      [4, 2],
    ],
    constants: [int64Tensor([4, 2], BigInt64Array.of(0n, 0n, 1n, 2n, 2n, 2n, 1n, 0n))],
    constantsAt: 1,
    attributes: { axis: int(1), reduction: text('add') },
  },
  { op: 'LayerNormalization-17', shapes: [[3, 8], [8], [8]], outputs: 3 },
  {
    op: 'LayerNormalization-17',
    shapes: [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ],
    attributes: { axis: int(1) },
    outputs: 3,
  },
  {
    op: 'LayerNormalization-17',
    shapes: [
      [2, 6, 1],
      [6, 1],
    ],
    attributes: { axis: int(-2) },
  },
  { op: 'SimplifiedLayerNormalization-1', shapes: [[3, 8], [8]] },
  { op: 'SimplifiedLayerNormalization-1', shapes: [[2, 3, 8], [8]], outputs: 2 },
];
