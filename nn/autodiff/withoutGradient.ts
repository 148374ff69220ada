import type { Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';
import type { GraphBuilder } from '../ops/builder.js';
import { ruleOf } from '../ops/lookup.js';

/**
 * The operators through which a gradient of `loss` would have to pass to one of `values` but cannot, each with the
 * reason. It asks no rule, so nothing is added to the graph.
 */
export function operatorsWithoutGradient(
  builder: GraphBuilder,
  loss: string,
  values: readonly string[],
): ReadonlyMap<string, string> {
  const dependent = dependents(builder.nodes, values);
  const reached = new Set([loss]);
  const found = new Map<string, string>();
  for (const node of builder.nodes.toReversed()) {
    const { op, outputs } = node;
    const inputs = readsOf(node);
    if (!outputs.some((name) => reached.has(name)) || !inputs.some((name) => dependent.has(name))) continue;
    const { gradient, formWithoutGradient } = ruleOf(op);
    const reason =
      typeof gradient === 'function' ? formWithoutGradient?.(node, builder) : gradient.notDifferentiable;
    if (reason !== undefined) {
      found.set(op, reason);
      continue;
    }
    // Whole numbers and truth values have no gradient, so none passes through them.
    for (const name of inputs) if (name && builder.type(name).dtype === 'float32') reached.add(name);
  }
  return found;
}

/** Every value computed from those of `sources`, and the sources. */
export function dependents(nodes: readonly Node[], sources: readonly string[]): ReadonlySet<string> {
  const found = new Set(sources);
  for (const node of nodes) {
    const { gradient } = ruleOf(node.op);
    if ('ofLengthsAlone' in gradient || !readsOf(node).some((name) => found.has(name))) continue;
    for (const name of node.outputs) if (name !== '') found.add(name);
  }
  return found;
}
