import { int } from '../graph/attributes.js';
import { onnxDtype } from '../graph/dtypes.js';
import { input, output, perInputElement } from './families.js';
import { reducedAxes, reducedType, withKeptAxes } from './reduction.js';
import type { OperatorRule } from './rule.js';

/** The largest or smallest element over axes. Its gradient is shared by the elements equal to it, as PyTorch has it. */
export function extremum(): OperatorRule {
  return {
    infer: (node, known) => [reducedType(node, known)],
    gradient: ({ node, emitter, outputGradients, wanted }) => {
      const dy = outputGradients[0];
      if (!dy || !wanted[0]) return [null, null];
      const chosen = emitter.emit('Equal-19', [input(node, 0), withKeptAxes(emitter, node, output(node))]);
      const mask = emitter.emit('Cast-19', [chosen], { to: int(onnxDtype('float32')) });
      const axes = emitter.indices(reducedAxes(node, emitter));
      const count = emitter.emit('ReduceSum-13', [mask, axes], { noop_with_empty_axes: int(1) });
      const share = emitter.emit('Div-14', [withKeptAxes(emitter, node, dy), count]);
      return [emitter.emit('Mul-14', [mask, share]), null];
    },
    flops: perInputElement(1),
  };
}
