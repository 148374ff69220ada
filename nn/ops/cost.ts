import { bind } from '../graph/dimension.js';
import type { Graph } from '../graph/ir.js';
import { GraphBuilder } from './builder.js';
import { ruleOf } from './lookup.js';

/**
 * Floating-point operations of one run of `graph` with these lengths of its open axes, such as
 * `{ batch: 16, sequence: 128 }`; a multiplication and its addition count as two.
 */
export function graphFlops(graph: Graph, lengths: Readonly<Record<string, number>>): number {
  const builder = GraphBuilder.from(graph);
  const dims = (names: readonly string[]) =>
    names.map((name) => (name === '' ? [] : builder.type(name).shape.map((length) => bind(length, lengths))));
  return graph.nodes.reduce(
    (total, node) =>
      total + ruleOf(node.op).flops({ node, inputs: dims(node.inputs), outputs: dims(node.outputs) }),
    0,
  );
}
