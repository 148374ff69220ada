import { unary } from './families.js';

/** y = e^x: dx = dy y. */
export const exp = unary((emitter, { y, dy }) => emitter.emit('Mul-14', [dy, y]));
