import { NnError } from '../errors.js';
import { splitOperator } from '../graph/opset.js';
import type { OperatorRule } from './rule.js';
import { SAME_SINCE } from './sameSince.js';
import { OPERATORS, type Operator } from './table.js';

/** The rule of an operator key. Throws OPERATOR_UNSUPPORTED. */
export function ruleOf(op: string): OperatorRule {
  if (!isOperator(op)) {
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `operator ${op} is not known; known are ${Object.keys(OPERATORS).join(', ')}`,
    );
  }
  return OPERATORS[op];
}

export function isOperator(op: string): op is Operator {
  return Object.hasOwn(OPERATORS, op);
}

/** The versions of each operator, the newest first, by domain and type. */
const VERSIONS = new Map<string, Operator[]>();
for (const key of Object.keys(OPERATORS).filter(isOperator)) {
  const { domain, type } = splitOperator(key);
  const versions = [...(VERSIONS.get(`${domain}.${type}`) ?? []), key];
  versions.sort((left, right) => splitOperator(right).version - splitOperator(left).version);
  VERSIONS.set(`${domain}.${type}`, versions);
}

/**
 * The operator a model means by `type` at opset `version` of a domain: the table's newest whose meaning was the same
 * in that opset already. Undefined where there is none, or where the model does not import the domain.
 */
export function findOperator(
  domain: string,
  type: string,
  version: number | undefined,
): Operator | undefined {
  return VERSIONS.get(`${domain}.${type}`)?.find((key) => SAME_SINCE[key] <= (version ?? 0));
}
