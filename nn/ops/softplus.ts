import { unary } from './families.js';

/** y = ln(1 + e^x): dx = dy / (1 + e^-x). */
export const softplus = unary(
  (emitter, { x, dy }) => emitter.emit('Mul-14', [dy, emitter.emit('Sigmoid-13', [x])]),
  3,
);
