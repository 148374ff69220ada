import { binary } from './families.js';

/** The larger of two operands. */
export const max = binary({
  notDifferentiable: 'only keeps a divisor above zero, away from every gradient path',
});
