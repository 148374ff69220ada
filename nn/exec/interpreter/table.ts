import type { Operator } from '../../ops/table.js';
import type { Kernel, NotAvailable } from './kernel.js';
import { add, div, max, min, mul, sub } from './kernels/arithmetic.js';
import { equal, lessOrEqual, where } from './kernels/comparisons.js';
import { cos, erf, exp, gelu, neg, relu, sigmoid, sin, sqrt, tanh } from './kernels/functions.js';
import { gather, gatherElements, scatterElements, scatterND } from './kernels/indexing.js';
import { concat, expand, identity, reshape, split, transpose, unsqueeze } from './kernels/layout.js';
import { layerNormalization, logSoftmax, softmax } from './kernels/normalizations.js';
import { gemm, matMul } from './kernels/products.js';
import { cumSum, reduceSum } from './kernels/reductions.js';
import { cast, range, shape } from './kernels/values.js';

/** Every kernel; an operator without one, or without a reason, does not compile. */
export const KERNELS: { readonly [O in Operator]: Kernel | NotAvailable } = {
  'Add-14': add,
  'Cast-19': cast,
  'com.microsoft.FusedMatMul-1': matMul,
  'Concat-13': concat,
  'Cos-7': cos,
  'CumSum-14': cumSum,
  'Div-14': div,
  'Equal-19': equal,
  'Erf-13': erf,
  'Exp-13': exp,
  'Expand-13': expand,
  'Gather-13': gather,
  'GatherElements-13': gatherElements,
  'Gelu-20': gelu,
  'Gemm-13': gemm,
  'Identity-16': identity,
  'LayerNormalization-17': layerNormalization,
  'LessOrEqual-16': lessOrEqual,
  'LogSoftmax-13': logSoftmax,
  'MatMul-13': matMul,
  'Max-13': max,
  'Min-13': min,
  'Mul-14': mul,
  'Neg-13': neg,
  'Range-11': range,
  'ReduceSum-13': reduceSum,
  'Relu-14': relu,
  'Reshape-19': reshape,
  'ScatterElements-18': scatterElements,
  'ScatterND-18': scatterND,
  'Shape-19': shape,
  'Sigmoid-13': sigmoid,
  'Sin-7': sin,
  'Softmax-13': softmax,
  'Split-18': split,
  'Sqrt-13': sqrt,
  'Sub-14': sub,
  'Tanh-13': tanh,
  'Transpose-13': transpose,
  'Unsqueeze-13': unsqueeze,
  'Where-16': where,
};
