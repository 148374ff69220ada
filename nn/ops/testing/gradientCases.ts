import { float, int, ints, text } from '../../graph/attributes.js';
import type { Attributes } from '../../graph/ir.js';
import { int64Tensor, type Tensor } from '../../tensor.js';
import type { Operator } from '../table.js';

/** One operator applied to float operands of these shapes, then to constants. */
export interface GradientCase {
  readonly op: Operator;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Attributes;
  readonly constants?: readonly Tensor[];
  /** Keeps operands at least this far from zero, on either side. */
  readonly awayFromZero?: number;
  /** Takes the operands' absolute values. */
  readonly positive?: boolean;
  /** Constants come before the operands. */
  readonly constantsFirst?: boolean;
  /** How many outputs the operator has, 1 by default. */
  readonly outputs?: number;
}

const indices = (...values: number[]) => int64Tensor([values.length], BigInt64Array.from(values, BigInt));

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
    constantsFirst: true,
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
];
