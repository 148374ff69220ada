import { add } from './add.js';
import { cast } from './cast.js';
import { concat } from './concat.js';
import { cos } from './cos.js';
import { cumSum } from './cumSum.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gather } from './gather.js';
import { gatherElements } from './gatherElements.js';
import { gelu } from './gelu.js';
import { gemm } from './gemm.js';
import { identity } from './identity.js';
import { layerNormalization } from './layerNormalization.js';
import { lessOrEqual } from './lessOrEqual.js';
import { logSoftmax } from './logSoftmax.js';
import { matMul } from './matMul.js';
import { max } from './max.js';
import { min } from './min.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { range } from './range.js';
import { reduceSum } from './reduceSum.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import type { OperatorRule } from './rule.js';
import { scatterElements } from './scatterElements.js';
import { scatterND } from './scatterND.js';
import { shape } from './shape.js';
import { sigmoid } from './sigmoid.js';
import { sin } from './sin.js';
import { softmax } from './softmax.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { unsqueeze } from './unsqueeze.js';
import { where } from './where.js';

/** The operators known, each with the opset version that fixed its meaning; a domain goes in front. */
export type Operator =
  | 'Add-14'
  | 'Cast-19'
  | 'com.microsoft.FusedMatMul-1'
  | 'Concat-13'
  | 'Cos-7'
  | 'CumSum-14'
  | 'Div-14'
  | 'Equal-19'
  | 'Erf-13'
  | 'Exp-13'
  | 'Expand-13'
  | 'Gather-13'
  | 'GatherElements-13'
  | 'Gelu-20'
  | 'Gemm-13'
  | 'Identity-16'
  | 'LayerNormalization-17'
  | 'LessOrEqual-16'
  | 'LogSoftmax-13'
  | 'MatMul-13'
  | 'Max-13'
  | 'Min-13'
  | 'Mul-14'
  | 'Neg-13'
  | 'Range-11'
  | 'ReduceSum-13'
  | 'Relu-14'
  | 'Reshape-19'
  | 'ScatterElements-18'
  | 'ScatterND-18'
  | 'Shape-19'
  | 'Sigmoid-13'
  | 'Sin-7'
  | 'Softmax-13'
  | 'Split-18'
  | 'Sqrt-13'
  | 'Sub-14'
  | 'Tanh-13'
  | 'Transpose-13'
  | 'Unsqueeze-13'
  | 'Where-16';

/** Every rule; an operator without one does not compile. */
export const OPERATORS: { readonly [O in Operator]: OperatorRule } = {
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
