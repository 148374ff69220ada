import { NnError } from '../errors.js';
import { splitOperator } from '../graph/opset.js';
import type { OperatorRule } from './rule.js';
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

/**
 * The operator a model means by `type` at opset `version` of a domain: ONNX gives an operator the newest meaning
 * that is not newer than the opset. Throws OPERATOR_UNSUPPORTED.
 */
export function resolveOperator(domain: string, type: string, version: number | undefined): Operator {
  const candidates = Object.keys(OPERATORS)
    .filter(isOperator)
    .map((key) => ({ key, name: splitOperator(key) }))
    .filter(({ name }) => name.domain === domain && name.type === type && name.version <= (version ?? 0))
    .sort((left, right) => right.name.version - left.name.version);
  const newest = candidates[0];
  if (!newest) {
    const full = domain === '' ? type : `${domain}.${type}`;
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `operator ${full} of opset ${version ?? '(not imported)'} is not known`,
    );
  }
  return newest.key;
}
