import { int } from '../graph/attributes.js';
import { onnxDtype } from '../graph/dtypes.js';
import type { Node } from '../graph/ir.js';
import { elementCount } from '../tensor.js';
import { floats, input, perInputElement } from './families.js';
import { reducedAxes, reducedType, withKeptAxes } from './reduction.js';
import type { Emitter, OperatorRule } from './rule.js';

/** The mean over axes; each of n elements gets 1/n of its gradient. */
export const reduceMean: OperatorRule = {
  infer: (node, known) => {
    floats(known, node, 0);
    return [reducedType(node, known)];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy || !wanted[0]) return [null, null];
    const share = emitter.emit('Div-14', [withKeptAxes(emitter, node, dy), count(emitter, node)]);
    return [emitter.emit('Expand-13', [share, emitter.shapeOf(input(node, 0))]), null];
  },
  flops: perInputElement(1),
};

/** How many elements one mean is of, as a float scalar. */
function count(emitter: Emitter, node: Node): string {
  const x = input(node, 0);
  const { shape } = emitter.type(x);
  const lengths = reducedAxes(node, emitter).map((axis) => ({ axis, length: shape[axis]! }));
  const fixed = lengths.flatMap(({ length }) => (typeof length === 'number' ? [length] : []));
  return lengths
    .filter(({ length }) => typeof length === 'string')
    .map(({ axis }) => floatLength(emitter, x, axis))
    .reduce(
      (product, length) => emitter.emit('Mul-14', [product, length]),
      emitter.scalar(elementCount(fixed)),
    );
}

function floatLength(emitter: Emitter, x: string, axis: number): string {
  const length = emitter.emit('Shape-19', [x], { start: int(axis), end: int(axis + 1) });
  const scalar = emitter.emit('Reshape-19', [length, emitter.indices([])]);
  return emitter.emit('Cast-19', [scalar], { to: int(onnxDtype('float32')) });
}
