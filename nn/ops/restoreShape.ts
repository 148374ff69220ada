import type { Emitter } from './rule.js';

/** `value` reshaped to the shape of `like`, whose run-time shape is asked for only where a constant cannot say it. */
export function restoreShape(emitter: Emitter, value: string, like: string): string {
  const { shape } = emitter.type(like);
  const open = shape.filter((dimension) => typeof dimension === 'string').length;
  const target =
    open <= 1
      ? emitter.indices(shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)))
      : emitter.shapeOf(like);
  return emitter.emit('Reshape-19', [value, target]);
}
