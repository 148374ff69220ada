import * as tf from '@tensorflow/tfjs-core';
import { graphAttribute } from '../../../graph/attributes.js';
import type { Graph, Shape, ValueInfo } from '../../../graph/ir.js';
import { elementCount } from '../../../tensor.js';
import { allocate } from '../hostArray.js';
import { hostOperand, type Kernel } from '../kernel.js';
import { boolValue, int64Value, isDevice, type Value } from '../value.js';

/** One of two graphs by a truth value. */
export const ifKernel: Kernel = (request) => {
  const chosen = hostOperand(request, 0).data[0] ? 'then_branch' : 'else_branch';
  return request.inside(graphAttribute(request.node, chosen), []);
};

/** A graph again and again; see the rule of the operator. */
export const loop: Kernel = (request) => {
  const { node, inside } = request;
  const body = graphAttribute(node, 'body');
  const most = request.inputs[0] ? Number(hostOperand(request, 0).data[0]) : Number.POSITIVE_INFINITY;
  let carried = request.inputs.slice(2) as Value[];
  let goesOn = !request.inputs[1] || hostOperand(request, 1).data[0] === 1;
  const stacks: Value[][] = body.outputs.slice(1 + carried.length).map(() => []);
  for (let run = 0; run < most && goesOn; run += 1) {
    const number = int64Value([], BigInt64Array.of(BigInt(run)));
    const condition = boolValue([], Uint8Array.of(1));
    const [next, ...results] = inside(body, [number, condition, ...carried]);
    goesOn = (next as { readonly data: Uint8Array }).data[0] === 1;
    // The first ones are the caller's.
    if (run > 0) for (const value of carried) if (isDevice(value)) value.dispose();
    const { length } = carried;
    carried = results.slice(0, length);
    stacks.forEach((stack, at) => {
      stack.push(results[length + at]!);
    });
  }
  return [...carried, ...stacks.map((values, at) => stacked(values, scanned(body, carried, at)))];
};

function scanned({ outputs }: Graph, carried: readonly Value[], at: number): ValueInfo {
  return outputs[1 + carried.length + at]!;
}

/** The values along a new first axis; of none, one of its length 0 and open axes of length 0. */
function stacked(values: readonly Value[], { dtype, shape }: ValueInfo): Value {
  const [first] = values;
  if (first === undefined) return nothing(dtype, shape);
  if (isDevice(first)) return tf.stack(values as tf.Tensor[]);
  const parts = values as readonly Exclude<Value, tf.Tensor>[];
  const dims = [values.length, ...first.dims];
  const data = allocate(dtype, elementCount(dims));
  parts.forEach((part, at) => {
    (data as Int32Array).set(part.data as Int32Array, at * elementCount(first.dims));
  });
  return { dtype: first.dtype, dims, data };
}

function nothing(dtype: ValueInfo['dtype'], shape: Shape): Value {
  const dims = [0, ...shape.map((length) => (typeof length === 'number' ? length : 0))];
  if (dtype === 'float32') return tf.tensor(new Float32Array(0), dims);
  return { dtype, dims, data: allocate(dtype, 0) };
}
