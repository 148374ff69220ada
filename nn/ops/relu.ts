import { unary } from './families.js';

/** y = max(0, x): dx = dy where y > 0, else 0. */
export const relu = unary((emitter, { y, dy }) => {
  const zero = emitter.scalar(0);
  return emitter.emit('Where-16', [emitter.emit('LessOrEqual-16', [y, zero]), zero, dy]);
});
