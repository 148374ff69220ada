import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { ONNX_DTYPES } from '../graph/dtypes.js';
import type { Node } from '../graph/ir.js';
import { type DType, isFloat } from '../tensor.js';
import { sameElements } from './elements.js';
import { input, noFlops, output } from './families.js';
import type { OperatorRule } from './rule.js';

/** Another element type for the same values; exporters also write casts that change none. */
export const cast: OperatorRule = {
  infer: (node, known) => [{ dtype: target(node), shape: known.type(input(node, 0)).shape }],
  gradient: ({ outputGradients }) => [outputGradients[0] ?? null],
  formWithoutGradient: (node, known) => {
    const alike = [input(node, 0), output(node)].every((name) => known.type(name).dtype === 'float32');
    return alike ? undefined : 'float32 is the only element type that gradients are made of';
  },
  flops: noFlops,
  elements: (node, known) => (isFloat(target(node)) ? undefined : sameElements(node, known)),
};

function target(node: Node): DType {
  const number = attribute(node, 'to', 'int', 0);
  const dtype = ONNX_DTYPES.get(number);
  if (!dtype) throw new NnError('OPERATOR_UNSUPPORTED', `${node.op} to element type ${number}`);
  return dtype;
}
