import { NnError } from '../../errors.js';
import { float32Data, type Tensor } from '../../tensor.js';

/** Largest difference relative to the reference's largest value. Throws SHAPE_MISMATCH for another shape. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  if (actual.dims.join() !== expected.dims.join()) {
    throw new NnError('SHAPE_MISMATCH', `the reference is [${expected.dims}], computed was [${actual.dims}]`);
  }
  const [found, wanted] = [float32Data(actual), float32Data(expected)];
  let difference = 0;
  for (let at = 0; at < wanted.length; at += 1) {
    difference = Math.max(difference, Math.abs(wanted[at]! - found[at]!));
  }
  const ratio = difference === 0 ? 0 : difference / largest(expected);
  // Not a number on either side counts as infinitely wrong, where a comparison would pass over it.
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}

/** Largest absolute value; 0 for an empty tensor. */
export function largest(tensor: Tensor): number {
  return float32Data(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
