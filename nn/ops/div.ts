import { over } from './elements.js';
import { binary } from './families.js';

/** z = x / y: dx = dz / y, dy = -dz z / y. */
export const div = binary(
  [
    (emitter, { y, dz }) => emitter.emit('Div-14', [dz, y]),
    (emitter, { y, z, dz }) =>
      emitter.emit('Neg-13', [emitter.emit('Div-14', [emitter.emit('Mul-14', [dz, z]), y])]),
  ],
  over,
);
