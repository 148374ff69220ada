import { NnError } from '../errors.js';
import { sameShape } from '../graph/dimension.js';
import type { GraphBuilder } from '../ops/builder.js';
import { ruleOf } from '../ops/lookup.js';
import type { Emitter } from '../ops/rule.js';
import { sumToShape } from './sumToShape.js';
import { dependents, operatorsWithoutGradient } from './withoutGradient.js';

/**
 * Appends to `builder` the nodes that compute d loss / d value for each of `values` (reverse accumulation,
 * Linnainmaa 1970) and returns the gradients' names. No node is made for what depends on none of `values`.
 * Throws SHAPE_MISMATCH where `loss` is not a float scalar, GRAPH_INVALID where it does not depend on one of
 * `values`, OPERATOR_UNSUPPORTED where the way to one leads through operators that are not differentiable, naming all.
 */
export function differentiate(
  builder: GraphBuilder,
  loss: string,
  values: readonly string[],
): ReadonlyMap<string, string> {
  const type = builder.type(loss);
  if (type.dtype !== 'float32' || type.shape.length !== 0) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `the loss must be a float32 scalar, it is ${type.dtype} [${type.shape}]`,
    );
  }
  requireGradients(operatorsWithoutGradient(builder, loss, values));
  const forward = [...builder.nodes];
  const dependent = dependents(forward, values);
  const gradients = new Gradients(builder);
  gradients.add(loss, builder.scalar(1));

  for (const node of forward.reverse()) {
    const wanted = node.inputs.map((name) => dependent.has(name));
    const outputGradients = node.outputs.map((name) => gradients.get(name));
    if (!wanted.includes(true) || outputGradients.every((gradient) => gradient === null)) continue;
    const { gradient } = ruleOf(node.op);
    if (typeof gradient !== 'function') continue; // No gradient was found missing, so none is needed here.
    gradient({ node, emitter: builder, outputGradients, wanted }).forEach((contribution, index) => {
      if (contribution !== null && wanted[index]) gradients.add(node.inputs[index]!, contribution);
    });
  }
  return new Map(values.map((name) => [name, gradients.require(name)]));
}

function requireGradients(missing: ReadonlyMap<string, string>): void {
  if (missing.size === 0) return;
  const reasons = [...missing].map(([op, reason]) => `${op} (${reason})`);
  throw new NnError('OPERATOR_UNSUPPORTED', `no gradient through ${reasons.join(', ')}`, {
    details: { operators: [...missing.keys()].sort() },
  });
}

/** What each value's uses have contributed so far, shaped like the value itself. */
class Gradients {
  readonly #emitter: Emitter;
  readonly #sums = new Map<string, string>();

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  add(value: string, contribution: string): void {
    const { shape } = this.#emitter.type(value);
    const fitted = sameShape(this.#emitter.type(contribution).shape, shape)
      ? contribution
      : sumToShape(this.#emitter, contribution, shape);
    const sum = this.#sums.get(value);
    this.#sums.set(value, sum === undefined ? fitted : this.#emitter.emit('Add-14', [sum, fitted]));
  }

  get(value: string): string | null {
    return this.#sums.get(value) ?? null;
  }

  require(value: string): string {
    const sum = this.#sums.get(value);
    if (sum === undefined) throw new NnError('GRAPH_INVALID', `the loss does not depend on '${value}'`);
    return sum;
  }
}
