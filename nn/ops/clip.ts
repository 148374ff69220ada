import { NnError } from '../errors.js';
import { input, perOutputElement } from './families.js';
import type { OperatorRule } from './rule.js';

/** x kept between two optional scalars. dx = dy inside and on them, else 0; a bound gets the gradient of what it cut. */
export const clip: OperatorRule = {
  infer: (node, known) => {
    const x = known.type(input(node, 0));
    for (const bound of node.inputs.slice(1).filter((name) => name !== '')) {
      const { dtype, shape } = known.type(bound);
      if (dtype !== x.dtype || shape.length !== 0) {
        throw new NnError('SHAPE_MISMATCH', `${node.op}: a bound is ${dtype} [${shape}], not ${x.dtype} []`);
      }
    }
    return [x];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy) return [null, null, null];
    const [x, low, high] = node.inputs as [string, string?, string?];
    const zero = emitter.scalar(0);
    const where = (condition: string, yes: string, no: string) =>
      emitter.emit('Where-16', [condition, yes, no]);
    const above = high ? emitter.emit('Less-13', [high, x]) : undefined;
    const below = low ? emitter.emit('Less-13', [x, low]) : undefined;
    // The upper bound is applied last, so where they cross it gets all.
    const inside = above ? where(above, zero, dy) : dy;
    return [
      wanted[0] ? (below ? where(below, zero, inside) : inside) : null,
      wanted[1] && below ? where(below, inside, zero) : null,
      wanted[2] && above ? where(above, dy, zero) : null,
    ];
  },
  flops: perOutputElement(2),
};
