import { bind } from '../graph/dimension.js';
import type { Graph, Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';
import { GraphBuilder } from '../ops/builder.js';
import { BYTES_PER_ELEMENT, elementCount } from '../tensor.js';
import { executionOrder } from './executionOrder.js';

/** Operators whose output is another view of the first input's memory. */
const VIEWS = /^(Reshape|Unsqueeze|Squeeze|Identity|Flatten)-/;

/** Operators that ONNX Runtime lets write over an operand of the output's size that nobody reads later. */
const IN_PLACE =
  /^(Add|Sub|Mul|Div|Neg|Exp|Erf|Tanh|Relu|Sigmoid|Sqrt|Softmax|LogSoftmax|Cast|Where|Gelu|Max|Min|Pow)-/;

/**
 * Most bytes of intermediate values alive at once in one run with these lengths of the open axes; inputs,
 * weights and outputs are not counted, and neither is what the runtime's allocator wastes.
 */
export function activationBytes(graph: Graph, lengths: Readonly<Record<string, number>>): number {
  const builder = GraphBuilder.from(graph);
  const bytesOf = (value: string) => {
    const { dtype, shape } = builder.type(value);
    return BYTES_PER_ELEMENT[dtype] * elementCount(shape.map((length) => bind(length, lengths)));
  };
  const order = executionOrder(graph);
  const memoryOf = memoryOwners(order);
  const outside = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => memoryOf(name)));
  for (const name of graph.initializers.keys()) outside.add(name);
  const lastUse = new Map<string, number>();
  order.forEach((node, step) => {
    for (const value of [...readsOf(node), ...node.outputs]) lastUse.set(memoryOf(value), step);
  });
  const alive = new Map<string, number>();
  let now = 0;
  let most = 0;
  const free = (value: string) => {
    now -= alive.get(value) ?? 0;
    alive.delete(value);
  };
  order.forEach((node, step) => {
    const owned = node.outputs.filter(
      (value) => value !== '' && memoryOf(value) === value && !outside.has(value),
    );
    const dying = [...new Set(readsOf(node).map(memoryOf))].filter(
      (value) => lastUse.get(value) === step && alive.has(value),
    );
    for (const value of owned) {
      const bytes = bytesOf(value);
      const reused = IN_PLACE.test(node.op) && dying.findIndex((operand) => alive.get(operand) === bytes);
      if (typeof reused === 'number' && reused >= 0) free(dying.splice(reused, 1)[0]!);
      alive.set(value, bytes);
      now += bytes;
    }
    most = Math.max(most, now);
    for (const value of [...dying, ...owned]) if (lastUse.get(value) === step) free(value);
  });
  return most;
}

/** Tells which value's memory a value lies in. */
function memoryOwners(order: readonly Node[]): (value: string) => string {
  const viewed = new Map(
    order.flatMap(({ op, inputs, outputs }) => (VIEWS.test(op) ? [[outputs[0]!, inputs[0]!] as const] : [])),
  );
  return (value) => {
    let owner = value;
    for (let next = viewed.get(owner); next !== undefined; next = viewed.get(owner)) owner = next;
    return owner;
  };
}
