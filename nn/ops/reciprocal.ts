import { unary } from './families.js';

/** y = 1 / x: dx = -dy y^2. */
export const reciprocal = unary((emitter, { y, dy }) =>
  emitter.emit('Neg-13', [emitter.emit('Mul-14', [dy, emitter.emit('Mul-14', [y, y])])]),
);
