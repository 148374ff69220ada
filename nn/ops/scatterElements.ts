import { NnError } from '../errors.js';
import { attribute, int } from '../graph/attributes.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';
import { zerosLike } from './zeros.js';

/**
 * A copy of the data with updates written, or added, at indices. An update's gradient is found at its index; data
 * that was written over has none.
 */
export const scatterElements: OperatorRule = {
  infer: (node, known) => {
    const [data, indices, updates] = [0, 1, 2].map((index) => known.type(input(node, index)).shape.length);
    if (data !== indices || data !== updates) {
      throw new NnError('SHAPE_MISMATCH', `${node.op}: ranks ${data}, ${indices} and ${updates} differ`);
    }
    return [known.type(input(node, 0))];
  },
  gradient: ({ node, emitter, outputGradients, wanted }) => {
    const dy = outputGradients[0];
    if (!dy) return [null, null, null];
    const reduction = attribute(node, 'reduction', 'string', 'none');
    const [at, updates] = [input(node, 1), input(node, 2)];
    const axis = int(attribute(node, 'axis', 'int', 0));
    const kept = () =>
      reduction === 'add' ? dy : emitter.emit(OP, [dy, at, zerosLike(emitter, updates)], { axis });
    return [
      wanted[0] ? kept() : null,
      null,
      wanted[2] ? emitter.emit('GatherElements-13', [dy, at], { axis }) : null,
    ];
  },
  formWithoutGradient: (node) => {
    const reduction = attribute(node, 'reduction', 'string', 'none');
    return ['none', 'add'].includes(reduction)
      ? undefined
      : `reduction = ${reduction} mixes updates with data`;
  },
  flops: noFlops,
};

const OP = 'ScatterElements-18';
