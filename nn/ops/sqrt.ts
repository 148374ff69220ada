import { unary } from './families.js';

/** y = sqrt x: dx = dy / (2 y). */
export const sqrt = unary((emitter, { y, dy }) =>
  emitter.emit('Div-14', [emitter.emit('Mul-14', [dy, emitter.scalar(0.5)]), y]),
);
