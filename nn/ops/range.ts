import { NnError } from '../errors.js';
import { input, noFlops } from './families.js';
import type { OperatorRule } from './rule.js';

/** 0, 1, ... up to a limit: the only form known starts at 0 and steps by 1. */
export const range: OperatorRule = {
  infer: (node, known) => {
    const [start, limit, step] = [0, 1, 2].map((index) => known.elements(input(node, index))?.[0]);
    if (start !== 0 || step !== 1 || limit === undefined) {
      throw new NnError(
        'OPERATOR_UNSUPPORTED',
        `${node.op} is known from 0 in steps of 1 to a known limit only`,
      );
    }
    return [{ dtype: 'int64', shape: [limit] }];
  },
  gradient: { notDifferentiable: 'counts whole numbers' },
  flops: noFlops,
};
