import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { ONNX_DTYPES } from '../graph/dtypes.js';
import { sameElements } from './elements.js';
import { input, noFlops, output } from './families.js';
import type { OperatorRule } from './rule.js';

/** Another element type for the same values; exporters also write casts that change none. */
export const cast: OperatorRule = {
  infer: (node, known) => {
    const dtype = ONNX_DTYPES.get(attribute(node, 'to', 'int', 0));
    if (!dtype)
      throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} to element type ${node.attributes['to']?.value}`);
    return [{ dtype, shape: known.type(input(node, 0)).shape }];
  },
  gradient: ({ outputGradients }) => [outputGradients[0] ?? null],
  formWithoutGradient: (node, known) => {
    const alike = [input(node, 0), output(node)].every((name) => known.type(name).dtype === 'float32');
    return alike ? undefined : 'float32 is the only differentiable element type, so one side is discrete';
  },
  flops: noFlops,
  elements: (node, known) =>
    ONNX_DTYPES.get(attribute(node, 'to', 'int', 0)) === 'float32' ? undefined : sameElements(node, known),
};
