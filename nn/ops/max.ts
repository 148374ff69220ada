import { fixedOnly } from './elements.js';
import { binary } from './families.js';

/** z = max(x, y): dz goes to the larger operand, to x where they are equal. */
export const max = binary(
  [
    (emitter, { x, y, dz }) =>
      emitter.emit('Where-16', [emitter.emit('LessOrEqual-16', [y, x]), dz, emitter.scalar(0)]),
    (emitter, { x, y, dz }) =>
      emitter.emit('Where-16', [emitter.emit('LessOrEqual-16', [y, x]), emitter.scalar(0), dz]),
  ],
  fixedOnly(Math.max),
);
