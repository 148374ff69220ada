import { unary } from './families.js';

/** y = tanh x: dx = dy (1 - y^2). */
export const tanh = unary((emitter, { y, dy }) => {
  const square = emitter.emit('Mul-14', [y, y]);
  return emitter.emit('Mul-14', [dy, emitter.emit('Sub-14', [emitter.scalar(1), square])]);
});
