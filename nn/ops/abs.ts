import { signed } from './families.js';

/** y = |x|: dx = dy sign(x), which is 0 at 0. */
export const abs = signed((emitter, { x, dy }) => emitter.emit('Mul-14', [dy, emitter.emit('Sign-13', [x])]));
