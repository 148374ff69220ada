import { NnError } from '../errors.js';
import type { Precision } from './recipe.js';

/** Throws LOSS_NOT_FINITE for the first of the quantities that is not finite, saying what to do. */
export function requireFinite(
  step: number,
  values: Readonly<Record<string, number>>,
  precision: Precision = 'float32',
): void {
  const advice =
    precision === 'float16'
      ? 'take the precision bfloat16, whose range is that of float32'
      : "lower the learning rate, and check the base model's weights";

  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) {
      throw new NnError('LOSS_NOT_FINITE', `the ${name} is ${value} at step ${step}; ${advice}`, {
        details: { step, quantity: name, value: String(value) },
      });
    }
  }
}
