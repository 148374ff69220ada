import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { ONNX_DTYPES } from '../graph/dtypes.js';
import { sameElements } from './elements.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** Another element type for the same values. */
export const cast: OperatorRule = {
  infer: (node, known) => {
    const dtype = ONNX_DTYPES.get(attribute(node, 'to', 'int', 0));
    if (!dtype)
      throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} to element type ${node.attributes['to']?.value}`);
    return [{ dtype, shape: known.type(input(node, 0)).shape }];
  },
  gradient: { notDifferentiable: 'float32 is the only differentiable element type, so one side is discrete' },
  flops: noFlops,
  elements: (node, known) =>
    ONNX_DTYPES.get(attribute(node, 'to', 'int', 0)) === 'float32' ? undefined : sameElements(node, known),
};
