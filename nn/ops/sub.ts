import { minus } from './elements.js';
import { binary } from './families.js';

/** z = x - y. */
export const sub = binary([(_, { dz }) => dz, (emitter, { dz }) => emitter.emit('Neg-13', [dz])], minus);
