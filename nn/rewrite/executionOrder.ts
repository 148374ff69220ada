import type { Graph, Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';

/**
 * The order in which ONNX Runtime's sequential executor runs the nodes: depth first from the nodes that nothing
 * reads, the highest index first, each node after what it reads (GraphViewer's default order, release 1.30).
 */
export function executionOrder({ nodes }: Graph): readonly Node[] {
  const producer = new Map<string, number>();
  const read = new Set<string>();
  nodes.forEach((node, index) => {
    for (const value of node.outputs) producer.set(value, index);
    for (const value of readsOf(node)) read.add(value);
  });
  const isLeaf = (node: Node) => !node.outputs.some((value) => read.has(value));
  const stack = nodes.flatMap((node, index) => (isLeaf(node) ? [{ index, finished: false }] : []));
  const visited = new Set<number>();
  const order: Node[] = [];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { index, finished } = top;
    if (finished) order.push(nodes[index]!);
    if (finished || visited.has(index)) continue;
    visited.add(index);
    stack.push({ index, finished: true });
    const sources = readsOf(nodes[index]!).flatMap((value) => producer.get(value) ?? []);
    for (const source of [...new Set(sources)].sort((a, b) => a - b))
      if (!visited.has(source)) stack.push({ index: source, finished: false });
  }
  return order;
}
