import { NnError } from '../../errors.js';
import { ADAMW_DEFAULTS } from '../adamw.js';
import type { OptimizerSettings } from '../createOptimizer.js';
import { DEFAULT_MOMENTUM } from '../sgd.js';
import { adamwNodes } from './adamw.js';
import type { UpdateRule } from './rule.js';
import { sgdNodes } from './sgd.js';

/** The nodes of `createOptimizer`'s optimiser. Throws REQUEST_INVALID for one that has none. */
export function updateRule({ type, weightDecay, momentum, nesterov }: OptimizerSettings): UpdateRule {
  switch (type) {
    case 'adamw':
      return adamwNodes({ ...ADAMW_DEFAULTS, weightDecay });
    case 'sgd':
      return sgdNodes({ momentum: momentum ?? DEFAULT_MOMENTUM, nesterov: nesterov ?? false, weightDecay });
    case 'adafactor':
      throw new NnError(
        'REQUEST_INVALID',
        'Adafactor does not run inside the graph: take adamw or sgd, or one step a run',
      );
  }
}
