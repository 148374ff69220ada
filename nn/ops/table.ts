import { add } from './add.js';
import { cast } from './cast.js';
import { concat } from './concat.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gather } from './gather.js';
import { gelu } from './gelu.js';
import { gemm } from './gemm.js';
import { identity } from './identity.js';
import { layerNormalization } from './layerNormalization.js';
import { logSoftmax } from './logSoftmax.js';
import { matMul } from './matMul.js';
import { max } from './max.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { range } from './range.js';
import { reduceSum } from './reduceSum.js';
import { reshape } from './reshape.js';
import type { OperatorRule } from './rule.js';
import { scatterND } from './scatterND.js';
import { shape } from './shape.js';
import { softmax } from './softmax.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { unsqueeze } from './unsqueeze.js';

/** The operators known, each with the opset version that fixed its meaning; a domain goes in front. */
export type Operator =
  | 'Add-14'
  | 'Cast-19'
  | 'Concat-13'
  | 'Div-14'
  | 'Equal-19'
  | 'Erf-13'
  | 'Exp-13'
  | 'Expand-13'
  | 'Gather-13'
  | 'Gelu-20'
  | 'Gemm-13'
  | 'Identity-16'
  | 'LayerNormalization-17'
  | 'LogSoftmax-13'
  | 'MatMul-13'
  | 'Max-13'
  | 'Mul-14'
  | 'Neg-13'
  | 'Range-11'
  | 'ReduceSum-13'
  | 'Reshape-19'
  | 'ScatterND-18'
  | 'Shape-19'
  | 'Softmax-13'
  | 'Sub-14'
  | 'Tanh-13'
  | 'Transpose-13'
  | 'Unsqueeze-13'
  | 'com.microsoft.FusedMatMul-1';

/** Every rule; an operator without one does not compile. */
export const OPERATORS: { readonly [O in Operator]: OperatorRule } = {
  'Add-14': add,
  'Cast-19': cast,
  'Concat-13': concat,
  'Div-14': div,
  'Equal-19': equal,
  'Erf-13': erf,
  'Exp-13': exp,
  'Expand-13': expand,
  'Gather-13': gather,
  'Gelu-20': gelu,
  'Gemm-13': gemm,
  'Identity-16': identity,
  'LayerNormalization-17': layerNormalization,
  'LogSoftmax-13': logSoftmax,
  'MatMul-13': matMul,
  'Max-13': max,
  'Mul-14': mul,
  'Neg-13': neg,
  'Range-11': range,
  'ReduceSum-13': reduceSum,
  'Reshape-19': reshape,
  'ScatterND-18': scatterND,
  'Shape-19': shape,
  'Softmax-13': softmax,
  'Sub-14': sub,
  'Tanh-13': tanh,
  'Transpose-13': transpose,
  'Unsqueeze-13': unsqueeze,
  'com.microsoft.FusedMatMul-1': matMul,
};
