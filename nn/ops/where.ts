import { NnError } from '../errors.js';
import { broadcast } from '../graph/dimension.js';
import { combinedElements } from './elements.js';
import { input, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** z = x where the condition holds, else y; all three broadcast. */
export const where: OperatorRule = {
  infer: (node, known) => {
    const [condition, x, y] = [0, 1, 2].map((index) => known.type(input(node, index))) as [
      ReturnType<typeof known.type>,
      ReturnType<typeof known.type>,
      ReturnType<typeof known.type>,
    ];
    if (condition.dtype !== 'bool' || x.dtype !== y.dtype) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `${node.op} takes bool and two alike, found ${condition.dtype}, ${x.dtype} and ${y.dtype}`,
      );
    }
    return [{ dtype: x.dtype, shape: broadcast(condition.shape, broadcast(x.shape, y.shape)) }];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dz = outputGradients[0];
    if (!dz) return [null, null, null];
    const condition = input(node, 0);
    const zero = emitter.scalar(0);
    return [
      null,
      wanted[1] ? emitter.emit('Where-16', [condition, dz, zero]) : null,
      wanted[2] ? emitter.emit('Where-16', [condition, zero, dz]) : null,
    ];
  },
  flops: perOutputElement(1),
  elements: (node, known) =>
    combinedElements(node, known, ([condition, x, y]) =>
      condition === 0 ? y : condition === 1 ? x : undefined,
    ),
};
