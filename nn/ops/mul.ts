import { times } from './elements.js';
import { binary } from './families.js';

/** z = x y. */
export const mul = binary(
  [
    (emitter, { y, dz }) => emitter.emit('Mul-14', [dz, y]),
    (emitter, { x, dz }) => emitter.emit('Mul-14', [dz, x]),
  ],
  times,
);
