import { unary } from './families.js';

/** y = erf x: dx = dy 2/sqrt(pi) e^(-x^2). */
export const erf = unary((emitter, { x, dy }) => {
  const bell = emitter.emit('Exp-13', [emitter.emit('Neg-13', [emitter.emit('Mul-14', [x, x])])]);
  return emitter.emit('Mul-14', [dy, emitter.emit('Mul-14', [bell, emitter.scalar(2 / Math.sqrt(Math.PI))])]);
});
