import { NnError } from '../errors.js';
import { graphAttribute } from '../graph/attributes.js';
import type { Graph, Node, ValueType } from '../graph/ir.js';
import { input, noFlops, requireType } from './families.js';
import type { Known, OperatorRule } from './rule.js';

/**
 * The outputs of one of two graphs without inputs, by a truth value. Its operations are not counted, for which of the two
 * runs is known at run time only.
 */
export const ifRule: OperatorRule = {
  infer: (node, known) => {
    requireType(node, known.type(input(node, 0)), 'bool');
    const [yes, no] = ['then_branch', 'else_branch'].map((name) =>
      outputTypes(node, graphAttribute(node, name), known),
    );
    if (yes!.length !== no!.length) {
      throw new NnError(
        'GRAPH_INVALID',
        `${node.op}: one branch gives ${yes!.length} values, one ${no!.length}`,
      );
    }
    return yes!.map((type, index) => either(node, index, type, no![index]!));
  },
  gradient: { notDifferentiable: 'no model here chooses between computations' },
  flops: noFlops,
};

function outputTypes(node: Node, graph: Graph, known: Known): ValueType[] {
  if (graph.inputs.length > 0) throw new NnError('GRAPH_INVALID', `${node.op}: a branch has no inputs`);
  const inside = known.inside(graph);
  return graph.outputs.map(({ name }) => inside.type(name));
}

/** The type of a value that has one of two. A length that is not the same in both is one of its own. */
function either(node: Node, index: number, left: ValueType, right: ValueType): ValueType {
  if (left.dtype !== right.dtype || left.shape.length !== right.shape.length) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `${node.op}: output ${index} is ${left.dtype} [${left.shape}] or ${right.dtype} [${right.shape}]`,
    );
  }
  const shape = left.shape.map((length, axis) =>
    length === right.shape[axis] ? length : `${node.outputs[index]}.${axis}`,
  );
  return { dtype: left.dtype, shape };
}
