import { int } from '../graph/attributes.js';
import type { Shape } from '../graph/ir.js';
import type { Emitter } from '../ops/rule.js';
import { float32Tensor } from '../tensor.js';

/** `value` summed over the axes along which `shape` was broadcast to reach its shape. */
export function sumToShape(emitter: Emitter, value: string, shape: Shape): string {
  const wide = emitter.type(value).shape;
  const extra = wide.length - shape.length;
  if (wide.length === 2 && shape.length === 1 && wide[1] === shape[0])
    return sumOfRows(emitter, value, shape);
  const leading = Array.from({ length: extra }, (_, axis) => axis);
  const stretched = shape.flatMap((dimension, axis) =>
    dimension === 1 && wide[axis + extra] !== 1 ? [axis + extra] : [],
  );
  const summed =
    stretched.length > 0
      ? emitter.emit('ReduceSum-13', [value, emitter.indices(stretched)], { keepdims: int(1) })
      : value;
  return leading.length > 0
    ? emitter.emit('ReduceSum-13', [summed, emitter.indices(leading)], { keepdims: int(0) })
    : summed;
}

/** The gradient of a bias as a product with ones: ONNX Runtime takes a third of ReduceSum's time for it. */
function sumOfRows(emitter: Emitter, value: string, shape: Shape): string {
  const ones = emitter.once(`ones of ${emitter.type(value).shape[0]} rows`, () => {
    const rows = emitter.emit('Shape-19', [value], { end: int(1) });
    const target = emitter.emit('Concat-13', [rows, emitter.indices([1])], { axis: int(0) });
    return emitter.emit('Expand-13', [emitter.constant(float32Tensor([1, 1], Float32Array.of(1))), target]);
  });
  const column = emitter.emit('Gemm-13', [value, ones], { transA: int(1) });
  return emitter.emit('Reshape-19', [column, emitter.indices(shape.map(() => -1))]);
}
