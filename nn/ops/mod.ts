import { NnError } from '../errors.js';
import { attribute } from '../graph/attributes.js';
import { fixedOnly, pairedElements } from './elements.js';
import { binary } from './families.js';
import type { OperatorRule } from './rule.js';

/** z = x - y trunc(x / y), the form for floats (`fmod`): dy = -dz trunc(x / y) = dz (z - x) / y. */
const rule = binary([
  (_, { dz }) => dz,
  (emitter, { x, y, z, dz }) =>
    emitter.emit('Mul-14', [dz, emitter.emit('Div-14', [emitter.emit('Sub-14', [z, x]), y])]),
]);

/** The remainder of a division: of floats with the sign of x, of whole numbers with that of y unless `fmod` is 1. */
export const mod: OperatorRule = {
  ...rule,
  elements: (node, known) =>
    pairedElements(
      node,
      known,
      fixedOnly((left, right) => remainder(left, right, attribute(node, 'fmod', 'int', 0) === 1)),
    ),
  infer: (node, known) => {
    const types = rule.infer(node, known);
    if (types[0]?.dtype === 'float32' && attribute(node, 'fmod', 'int', 0) !== 1) {
      throw new NnError('GRAPH_INVALID', `${node.op} of floats needs fmod = 1`);
    }
    return types;
  },
};

function remainder(left: number, right: number, likeDividend: boolean): number | undefined {
  if (right === 0) return undefined;
  return likeDividend ? left % right : ((left % right) + right) % right;
}
