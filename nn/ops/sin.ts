import { unary } from './families.js';

/** y = sin x: dx = dy cos x. */
export const sin = unary((emitter, { x, dy }) => emitter.emit('Mul-14', [dy, emitter.emit('Cos-7', [x])]));
