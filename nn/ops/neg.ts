import { signed } from './families.js';

/** y = -x. */
export const neg = signed((emitter, { dy }) => emitter.emit('Neg-13', [dy]));
