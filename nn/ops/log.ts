import { unary } from './families.js';

/** y = ln x: dx = dy / x. */
export const log = unary((emitter, { x, dy }) => emitter.emit('Div-14', [dy, x]));
