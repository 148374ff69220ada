import type { Graph, Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';

/** The nodes that `values` are computed from, their own included. */
export function ancestors(graph: Graph, values: readonly string[]): ReadonlySet<Node> {
  const needed = new Set(values);
  const found = new Set<Node>();
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    found.add(node);
    for (const name of readsOf(node)) needed.add(name);
  }
  return found;
}
