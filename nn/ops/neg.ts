import { unary } from './families.js';

/** y = -x. */
export const neg = unary((emitter, { dy }) => emitter.emit('Neg-13', [dy]));
