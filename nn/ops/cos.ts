import { unary } from './families.js';

/** y = cos x: dx = -dy sin x. */
export const cos = unary((emitter, { x, dy }) =>
  emitter.emit('Neg-13', [emitter.emit('Mul-14', [dy, emitter.emit('Sin-7', [x])])]),
);
