import { equal } from './equal.js';
import type { OperatorRule } from './rule.js';

/** Element-wise comparison; types and cost are those of `Equal`. */
export const lessOrEqual: OperatorRule = { ...equal };
