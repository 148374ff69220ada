import { unary } from './families.js';

/** y = 1 / (1 + e^-x): dx = dy y (1 - y). */
export const sigmoid = unary((emitter, { y, dy }) => {
  const rest = emitter.emit('Sub-14', [emitter.scalar(1), y]);
  return emitter.emit('Mul-14', [dy, emitter.emit('Mul-14', [y, rest])]);
}, 4);
