import { int } from '../../graph/attributes.js';
import type { Emitter } from '../../ops/rule.js';

/** L2 norm of all gradients together, as `Optimizer.gradNorm`. */
export function emitGradientNorm(emitter: Emitter, gradients: readonly string[]): string {
  const sums = gradients.map((gradient) => {
    const squares = emitter.emit('Mul-14', [gradient, gradient]);
    return emitter.emit('ReduceSum-13', [squares], { keepdims: int(0) });
  });
  const total = sums.reduce((left, right) => emitter.emit('Add-14', [left, right]));
  return emitter.emit('Sqrt-13', [total]);
}

/** What gradients of that norm are multiplied by, as in torch.nn.utils.clip_grad_norm_. */
export function emitClipping(emitter: Emitter, norm: string, maxGradNorm: number): string {
  const divisor = emitter.emit('Add-14', [norm, emitter.scalar(1e-6)]);
  const share = emitter.emit('Div-14', [emitter.scalar(maxGradNorm), divisor]);
  return emitter.emit('Min-13', [share, emitter.scalar(1)]);
}
