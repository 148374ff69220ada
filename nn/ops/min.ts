import { fixedOnly } from './elements.js';
import { binary } from './families.js';

/** z = min(x, y): dz goes to the smaller operand, to x where they are equal. */
export const min = binary(
  [
    (emitter, { x, y, dz }) =>
      emitter.emit('Where-16', [emitter.emit('LessOrEqual-16', [x, y]), dz, emitter.scalar(0)]),
    (emitter, { x, y, dz }) =>
      emitter.emit('Where-16', [emitter.emit('LessOrEqual-16', [x, y]), emitter.scalar(0), dz]),
  ],
  fixedOnly(Math.min),
);
