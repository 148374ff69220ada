import { NnError } from '../../errors.js';
import type { Graph, Node } from '../../graph/ir.js';
import { readsOf } from '../../graph/scopes.js';

export interface Step {
  readonly node: Node;
  /** Values that nothing after this node reads. */
  readonly dead: readonly string[];
}

/** The nodes that the wanted outputs depend on, in the graph's order. Throws SHAPE_MISMATCH for an unknown output. */
export function planOf(graph: Graph, wanted: readonly string[]): Step[] {
  const declared = new Set(graph.outputs.map(({ name }) => name));
  const missing = wanted.find((name) => !declared.has(name));
  if (missing !== undefined) throw new NnError('SHAPE_MISMATCH', `the model has no output '${missing}'`);
  const needed = new Set(wanted);
  const steps: Step[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    // Going backwards, a name that was not needed so far is read here for the last time.
    const touched = new Set([...readsOf(node), ...node.outputs]);
    const dead = [...touched].filter((name) => name !== '' && !needed.has(name));
    for (const name of readsOf(node)) needed.add(name);
    steps.push({ node, dead });
  }
  return steps.reverse();
}
