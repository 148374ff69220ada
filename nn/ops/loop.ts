import { NnError } from '../errors.js';
import { graphAttribute } from '../graph/attributes.js';
import { sameShape } from '../graph/dimension.js';
import type { Graph, Node, ValueInfo, ValueType } from '../graph/ir.js';
import { input, noFlops, requireType } from './families.js';
import type { OperatorRule } from './rule.js';

/**
 * A graph run again and again, at most `M` times and while its condition holds. Inputs: M int64 [], condition bool [], and
 * the first carried values. The graph takes the number of the run from 0, the condition and the carried values; it gives
 * the next condition, the next carried values, and values that are stacked. Outputs: the last carried values, the
 * stacks. A carried value keeps its shape. Operations are not counted, for how often it runs is known at run time only.
 */
export const loop: OperatorRule = {
  infer: (node, known) => {
    const body = graphAttribute(node, 'body');
    const carried = node.inputs.slice(2).map((_, at) => known.type(input(node, at + 2)));
    if (node.inputs[0]) requireType(node, known.type(node.inputs[0]), 'int64');
    if (node.inputs[1]) requireType(node, known.type(node.inputs[1]), 'bool');
    requireInputs(node, body, carried);
    const inside = known.inside(body);
    const [condition, ...results] = body.outputs.map(({ name }) => inside.type(name));
    if (!condition || results.length < carried.length) {
      throw new NnError('GRAPH_INVALID', `${node.op}: the body gives ${results.length} of its values`);
    }
    requireType(node, condition, 'bool');
    return results.map((type, index) => {
      const first = carried[index];
      if (!first) return stack(node, index, type);
      const taken = body.inputs[index + 2]!;
      if (type.dtype === taken.dtype && sameShape(type.shape, taken.shape)) return first;
      throw mismatch(node, taken, `gives ${type.dtype} [${type.shape}]`);
    });
  },
  gradient: { notDifferentiable: 'steps are counted in it, and a step is no part of a model' },
  flops: noFlops,
};

/** Throws GRAPH_INVALID where the body does not take what there is, SHAPE_MISMATCH where it takes another type. */
function requireInputs(node: Node, body: Graph, carried: readonly ValueType[]): void {
  const [run, condition, ...taken] = body.inputs;
  if (run?.dtype !== 'int64' || condition?.dtype !== 'bool' || taken.length !== carried.length) {
    throw new NnError(
      'GRAPH_INVALID',
      `${node.op}: the body takes int64, bool and ${carried.length} carried values`,
    );
  }
  taken.forEach((value, index) => {
    const { dtype, shape } = carried[index]!;
    const fits =
      shape.length === value.shape.length &&
      value.shape.every((length, axis) => typeof length === 'string' || length === shape[axis]);
    if (value.dtype !== dtype || !fits) throw mismatch(node, value, `is first ${dtype} [${shape}]`);
  });
}

function mismatch({ op }: Node, { name, dtype, shape }: ValueInfo, found: string): NnError {
  return new NnError('SHAPE_MISMATCH', `${op}: '${name}' takes ${dtype} [${shape}] and ${found}`);
}

/** As many as the body ran, each of a shape whose open axes mean nothing outside of the body. */
function stack(node: Node, index: number, { dtype, shape }: ValueType): ValueType {
  const name = node.outputs[index] ?? '';
  const outside = shape.map((length, axis) => (typeof length === 'string' ? `${name}.${axis + 1}` : length));
  return { dtype, shape: [`${name}.0`, ...outside] };
}
