import { NnError } from '../errors.js';
import type { Graph } from '../graph/ir.js';
import { GraphBuilder } from './builder.js';

/**
 * Checks that every name is defined once and before its use (which also rules out cycles), that every operator
 * is known and its operands fit, and that the declared outputs exist with their declared element types. Throws
 * GRAPH_INVALID, OPERATOR_UNSUPPORTED or SHAPE_MISMATCH.
 */
export function verifyGraph(graph: Graph): void {
  const builder = GraphBuilder.from(graph);
  if (graph.outputs.length === 0) throw new NnError('GRAPH_INVALID', 'the graph has no outputs');
  for (const { name, dtype, shape } of graph.outputs) {
    const found = builder.type(name);
    if (found.dtype !== dtype || found.shape.length !== shape.length) {
      throw new NnError(
        'GRAPH_INVALID',
        `output '${name}' is declared ${dtype} [${shape}], the graph computes ${found.dtype} [${found.shape}]`,
      );
    }
  }
}
