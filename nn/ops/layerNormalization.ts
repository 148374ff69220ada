import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import { float32Tensor } from '../tensor.js';
import { fixed, floats, input, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/**
 * y = g (x - mean) / sqrt(variance + epsilon) + b over the last axis (Ba, Kiros and Hinton, 2016).
 * With n the normalised x and s the inverse deviation: db = sum dy, dg = sum dy n,
 * dx = s (dy g - mean(dy g) - n mean(dy g n)).
 */
export const layerNormalization: OperatorRule = {
  infer: (node, known) => {
    const x = floats(known, node, 0);
    const axis = axisIndex(attribute(node, 'axis', 'int', -1), x.shape.length);
    if (axis !== x.shape.length - 1) {
      throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} is known over the last axis only`);
    }
    const statistics = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] };
    return [x, statistics, statistics];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy) return [null, null, null];
    if (outputGradients[1] || outputGradients[2]) {
      throw new NnError('OPERATOR_UNSUPPORTED', `${node.op}: a gradient through its statistics is not known`);
    }
    const x = input(node, 0);
    const gain = input(node, 1);
    const width = fixed(emitter.type(x).shape, -1, `the normalised axis of '${x}'`);
    // Normalising once more is one pass over x; keeping the forward pass's result would hold memory instead.
    const ones = emitter.constant(float32Tensor([width], new Float32Array(width).fill(1)));
    const [n, , s] = emitter.emitAll('LayerNormalization-17', [x, ones], node.attributes, [
      true,
      false,
      true,
    ]);
    const weighted = emitter.emit('Mul-14', [dy, n!]);
    if (!wanted[0]) return [null, weighted, dy];
    const column = emitter.emit('Reshape-19', [
      emitter.emit('Mul-14', [gain, emitter.scalar(1 / width)]),
      emitter.indices([width, 1]),
    ]);
    const centre = emitter.emit('MatMul-13', [dy, column]);
    const slope = emitter.emit('MatMul-13', [weighted, column]);
    const along = emitter.emit('Mul-14', [n!, slope]);
    const scaled = emitter.emit('Mul-14', [dy, gain]);
    const rest = emitter.emit('Sub-14', [emitter.emit('Sub-14', [scaled, centre]), along]);
    return [emitter.emit('Mul-14', [rest, s!]), weighted, dy];
  },
  flops: perOutputElement(8),
};
