import { abs } from './abs.js';
import { add } from './add.js';
import { and } from './and.js';
import { argMax } from './argMax.js';
import { cast } from './cast.js';
import { ceil } from './ceil.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { cos } from './cos.js';
import { cumSum } from './cumSum.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { flatten } from './flatten.js';
import { floor } from './floor.js';
import { gather } from './gather.js';
import { gatherElements } from './gatherElements.js';
import { gelu } from './gelu.js';
import { gemm } from './gemm.js';
import { greater } from './greater.js';
import { greaterOrEqual } from './greaterOrEqual.js';
import { identity } from './identity.js';
import { ifRule } from './if.js';
import { isInfinite } from './isInfinite.js';
import { isNotNumber } from './isNotNumber.js';
import { layerNormalization } from './layerNormalization.js';
import { less } from './less.js';
import { lessOrEqual } from './lessOrEqual.js';
import { log } from './log.js';
import { logSoftmax } from './logSoftmax.js';
import { loop } from './loop.js';
import { matMul } from './matMul.js';
import { max } from './max.js';
import { min } from './min.js';
import { mod } from './mod.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { not } from './not.js';
import { or } from './or.js';
import { pad } from './pad.js';
import { pow } from './pow.js';
import { range } from './range.js';
import { reciprocal } from './reciprocal.js';
import { reduceMax } from './reduceMax.js';
import { reduceMean } from './reduceMean.js';
import { reduceMin } from './reduceMin.js';
import { reduceSum } from './reduceSum.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { round } from './round.js';
import type { OperatorRule } from './rule.js';
import { scatterElements } from './scatterElements.js';
import { scatterND } from './scatterND.js';
import { shape } from './shape.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { simplifiedLayerNormalization } from './simplifiedLayerNormalization.js';
import { sin } from './sin.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { softplus } from './softplus.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { squeeze } from './squeeze.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { tile } from './tile.js';
import { topK } from './topK.js';
import { transpose } from './transpose.js';
import { trilu } from './trilu.js';
import { unsqueeze } from './unsqueeze.js';
import { where } from './where.js';

/** The operators known, each with the opset version that fixed its meaning; a domain goes in front. */
export type Operator =
  | 'Abs-13'
  | 'Add-14'
  | 'And-7'
  | 'ArgMax-13'
  | 'Cast-19'
  | 'Ceil-13'
  | 'Clip-13'
  | 'com.microsoft.FusedMatMul-1'
  | 'Concat-13'
  | 'Cos-7'
  | 'CumSum-14'
  | 'Div-14'
  | 'Equal-19'
  | 'Erf-13'
  | 'Exp-13'
  | 'Expand-13'
  | 'Flatten-13'
  | 'Floor-13'
  | 'Gather-13'
  | 'GatherElements-13'
  | 'Gelu-20'
  | 'Gemm-13'
  | 'Greater-13'
  | 'GreaterOrEqual-16'
  | 'Identity-16'
  | 'If-16'
  | 'IsInf-20'
  | 'IsNaN-20'
  | 'LayerNormalization-17'
  | 'Less-13'
  | 'LessOrEqual-16'
  | 'Log-13'
  | 'LogSoftmax-13'
  | 'Loop-16'
  | 'MatMul-13'
  | 'Max-13'
  | 'Min-13'
  | 'Mod-13'
  | 'Mul-14'
  | 'Neg-13'
  | 'Not-1'
  | 'Or-7'
  | 'Pad-19'
  | 'Pow-15'
  | 'Range-11'
  | 'Reciprocal-13'
  | 'ReduceMax-18'
  | 'ReduceMean-18'
  | 'ReduceMin-18'
  | 'ReduceSum-13'
  | 'Relu-14'
  | 'Reshape-19'
  | 'Round-11'
  | 'ScatterElements-18'
  | 'ScatterND-18'
  | 'Shape-19'
  | 'Sigmoid-13'
  | 'Sign-13'
  | 'SimplifiedLayerNormalization-1'
  | 'Sin-7'
  | 'Slice-13'
  | 'Softmax-13'
  | 'Softplus-1'
  | 'Split-18'
  | 'Sqrt-13'
  | 'Squeeze-13'
  | 'Sub-14'
  | 'Tanh-13'
  | 'Tile-13'
  | 'TopK-11'
  | 'Transpose-13'
  | 'Trilu-14'
  | 'Unsqueeze-13'
  | 'Where-16';

/** Every rule; an operator without one does not compile. */
export const OPERATORS: { readonly [O in Operator]: OperatorRule } = {
  'Abs-13': abs,
  'Add-14': add,
  'And-7': and,
  'ArgMax-13': argMax,
  'Cast-19': cast,
  'Ceil-13': ceil,
  'Clip-13': clip,
  'com.microsoft.FusedMatMul-1': matMul,
  'Concat-13': concat,
  'Cos-7': cos,
  'CumSum-14': cumSum,
  'Div-14': div,
  'Equal-19': equal,
  'Erf-13': erf,
  'Exp-13': exp,
  'Expand-13': expand,
  'Flatten-13': flatten,
  'Floor-13': floor,
  'Gather-13': gather,
  'GatherElements-13': gatherElements,
  'Gelu-20': gelu,
  'Gemm-13': gemm,
  'Greater-13': greater,
  'GreaterOrEqual-16': greaterOrEqual,
  'Identity-16': identity,
  'If-16': ifRule,
  'IsInf-20': isInfinite,
  'IsNaN-20': isNotNumber,
  'LayerNormalization-17': layerNormalization,
  'Less-13': less,
  'LessOrEqual-16': lessOrEqual,
  'Log-13': log,
  'LogSoftmax-13': logSoftmax,
  'Loop-16': loop,
  'MatMul-13': matMul,
  'Max-13': max,
  'Min-13': min,
  'Mod-13': mod,
  'Mul-14': mul,
  'Neg-13': neg,
  'Not-1': not,
  'Or-7': or,
  'Pad-19': pad,
  'Pow-15': pow,
  'Range-11': range,
  'Reciprocal-13': reciprocal,
  'ReduceMax-18': reduceMax,
  'ReduceMean-18': reduceMean,
  'ReduceMin-18': reduceMin,
  'ReduceSum-13': reduceSum,
  'Relu-14': relu,
  'Reshape-19': reshape,
  'Round-11': round,
  'ScatterElements-18': scatterElements,
  'ScatterND-18': scatterND,
  'Shape-19': shape,
  'Sigmoid-13': sigmoid,
  'Sign-13': sign,
  'SimplifiedLayerNormalization-1': simplifiedLayerNormalization,
  'Sin-7': sin,
  'Slice-13': slice,
  'Softmax-13': softmax,
  'Softplus-1': softplus,
  'Split-18': split,
  'Sqrt-13': sqrt,
  'Squeeze-13': squeeze,
  'Sub-14': sub,
  'Tanh-13': tanh,
  'Tile-13': tile,
  'TopK-11': topK,
  'Transpose-13': transpose,
  'Trilu-14': trilu,
  'Unsqueeze-13': unsqueeze,
  'Where-16': where,
};
