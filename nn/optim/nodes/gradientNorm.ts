import { int } from '../../graph/attributes.js';
import { fixed } from '../../ops/families.js';
import type { Emitter } from '../../ops/rule.js';
import { elementCount } from '../../tensor.js';

/** Squares that are added up in one go; the rounding of a float32 sum of millions is seen in the fifth digit. */
const RUN_LENGTH = 1024;

/** L2 norm of all gradients together, as `Optimizer.gradNorm`. */
export function emitGradientNorm(emitter: Emitter, gradients: readonly string[]): string {
  const sums = gradients.map((gradient) => {
    const squares = emitter.emit('Mul-14', [gradient, gradient]);
    return emitter.emit('ReduceSum-13', [sumsOfRuns(emitter, squares)], { keepdims: int(0) });
  });
  const total = sums.reduce((left, right) => emitter.emit('Add-14', [left, right]));
  return emitter.emit('Sqrt-13', [total]);
}

/** The sums of runs of values, as long as divides their number; the values themselves where they are few. */
function sumsOfRuns(emitter: Emitter, values: string): string {
  const { shape } = emitter.type(values);
  const count = elementCount(shape.map((_, axis) => fixed(shape, axis, 'a gradient')));
  let length = RUN_LENGTH;
  while (count % length !== 0) length /= 2;
  if (length === 1 || count <= RUN_LENGTH) return values;
  const runs = emitter.emit('Reshape-19', [values, emitter.indices([-1, length])]);
  return emitter.emit('ReduceSum-13', [runs, emitter.indices([1])], { keepdims: int(0) });
}

/** What gradients of that norm are multiplied by, as in torch.nn.utils.clip_grad_norm_. */
export function emitClipping(emitter: Emitter, norm: string, maxGradNorm: number): string {
  const divisor = emitter.emit('Add-14', [norm, emitter.scalar(1e-6)]);
  const share = emitter.emit('Div-14', [emitter.scalar(maxGradNorm), divisor]);
  return emitter.emit('Min-13', [share, emitter.scalar(1)]);
}
