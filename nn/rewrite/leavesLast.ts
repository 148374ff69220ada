import type { Graph } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';

/**
 * The same graph with the nodes that nothing reads (weight gradients) at the end, the ones emitted last in front.
 * ONNX Runtime orders a graph by depth-first search from its leaves, the highest index first: so each weight
 * gradient is computed as soon as its operands are there, and these are freed, instead of all of them at the end.
 */
export function leavesLast(graph: Graph): Graph {
  const read = new Set(graph.nodes.flatMap(readsOf));
  const isLeaf = ({ outputs }: Graph['nodes'][number]) => !outputs.some((value) => read.has(value));
  const inner = graph.nodes.filter((node) => !isLeaf(node));
  return { ...graph, nodes: [...inner, ...graph.nodes.filter(isLeaf).reverse()] };
}
