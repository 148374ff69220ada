import { signed } from './families.js';

/** -1, 0 or 1: constant but for its step, so dx = 0. */
export const sign = signed((emitter, { dy }) => emitter.emit('Mul-14', [dy, emitter.scalar(0)]));
