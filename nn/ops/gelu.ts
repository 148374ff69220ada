import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { floats, unary } from './families.js';
import type { OperatorRule } from './rule.js';

/**
 * y = x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel, 2016). With u = x / sqrt(2):
 * dx = dy (1/2 + 1/2 erf(u) + x e^(-u^2 - log sqrt(2 pi))), the fewest passes over memory found.
 */
const exact = unary((emitter, { x, dy }) => {
  const u = emitter.emit('Mul-14', [x, emitter.scalar(Math.SQRT1_2)]);
  const half = emitter.scalar(0.5);
  const distribution = emitter.emit('Add-14', [
    emitter.emit('Mul-14', [emitter.emit('Erf-13', [u]), half]),
    half,
  ]);
  const logDensity = emitter.emit('Sub-14', [
    emitter.scalar(-Math.log(Math.sqrt(2 * Math.PI))),
    emitter.emit('Mul-14', [u, u]),
  ]);
  const slope = emitter.emit('Mul-14', [x, emitter.emit('Exp-13', [logDensity])]);
  return emitter.emit('Mul-14', [dy, emitter.emit('Add-14', [slope, distribution])]);
}, 10);

export const gelu: OperatorRule = {
  ...exact,
  infer: (node, known) => {
    if (attribute(node, 'approximate', 'string', 'none') !== 'none') {
      throw new NnError(
        'OPERATOR_UNSUPPORTED',
        `${node.op}: only the exact form (approximate = none) is known`,
      );
    }
    return [floats(known, node, 0)];
  },
};
