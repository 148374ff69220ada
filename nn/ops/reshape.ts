import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { product, quotient } from '../graph/dimension.js';
import type { Dimension } from '../graph/ir.js';
import { sameElements } from './elements.js';
import { input, noFlops } from './families.js';
import { restoreShape } from './restoreShape.js';
import type { OperatorRule } from './rule.js';

/** The same elements under another shape; 0 keeps an axis, one -1 is inferred. */
export const reshape: OperatorRule = {
  infer: (node, known) => {
    const x = known.type(input(node, 0));
    const target = known.elements(input(node, 1));
    if (!target) throw new NnError('GRAPH_INVALID', `${node.op}: the target shape is not known`);
    const keepZero = attribute(node, 'allowzero', 'int', 0) === 1;
    const axes = target.map((dimension, axis): Dimension => {
      if (dimension !== 0 || keepZero) return dimension;
      const kept = x.shape[axis];
      if (kept === undefined)
        throw new NnError('SHAPE_MISMATCH', `${node.op}: no axis ${axis} to keep in [${x.shape}]`);
      return kept;
    });
    const total = product(x.shape);
    const given = product(axes.filter((dimension) => dimension !== -1));
    const open = axes.filter((dimension) => dimension === -1).length;
    const rest = quotient(total, given);
    if (open > 1 || rest === undefined || (open === 0 && rest !== 1)) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: [${x.shape}] cannot become [${target}]`);
    }
    return [{ dtype: x.dtype, shape: axes.map((dimension) => (dimension === -1 ? rest : dimension)) }];
  },
  gradient: ({ node, emitter, outputGradients }) => {
    const dy = outputGradients[0];
    return [dy ? restoreShape(emitter, dy, input(node, 0)) : null, null];
  },
  flops: noFlops,
  elements: sameElements,
};
