import { float32Tensor } from '../tensor.js';
import type { Emitter } from './rule.js';

/** Float zeros in the shape of `value`. */
export function zerosLike(emitter: Emitter, value: string): string {
  return zeros(emitter, emitter.shapeOf(value));
}

/** Float zeros in the shape that the int64 vector `shape` holds. */
export function zeros(emitter: Emitter, shape: string): string {
  return emitter.emit('Expand-13', [emitter.constant(float32Tensor([1])), shape]);
}
