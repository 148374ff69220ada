import { bind } from '../graph/dimension.js';
import type { Graph, Node } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { BYTES_PER_ELEMENT, elementCount } from '../tensor.js';
import { executionOrder } from './executionOrder.js';

/** Operators whose output is another view of the first input's memory. */
const VIEWS = /^(Reshape|Unsqueeze|Squeeze|Identity|Flatten)-/;

/** Operators that ONNX Runtime lets write over an operand of the output's size that nobody reads later. */
const IN_PLACE =
  /^(Add|Sub|Mul|Div|Neg|Exp|Erf|Tanh|Relu|Sigmoid|Sqrt|Softmax|LogSoftmax|Cast|Where|Gelu|Max|Min|Pow)-/;

/** What happens to the memory of an intermediate value, named by the value it was made for. */
export type Allocation =
  | { readonly kind: 'taken'; readonly value: string; readonly bytes: number }
  | { readonly kind: 'freed'; readonly value: string }
  /** `value` is written over what `of` was. */
  | { readonly kind: 'reused'; readonly value: string; readonly of: string };

/** Who asks for memory while a graph runs. */
interface Walk {
  readonly order: readonly Node[];
  readonly memoryOf: (value: string) => string;
  readonly lastUse: ReadonlyMap<string, number>;
  readonly outside: ReadonlySet<string>;
  readonly bytesOf: (value: string) => number;
}

/**
 * Every request for memory of one run with these lengths of the open axes, in the order in which ONNX Runtime makes
 * them. Inputs and weights lie elsewhere and are not among them; neither are the outputs that `fetched` tells to be
 * written in place, but the others are, which the runtime keeps to the end.
 */
export function* allocations(
  graph: Graph,
  lengths: Readonly<Record<string, number>>,
  fetched: (output: string) => boolean = () => true,
): Generator<Allocation> {
  const walk = walkOf(graph, lengths, fetched);
  const { order, memoryOf, lastUse, outside, bytesOf } = walk;
  const alive = new Map<string, number>();
  for (const [step, node] of order.entries()) {
    const owned = node.outputs.filter(
      (value) => value !== '' && memoryOf(value) === value && !outside.has(value),
    );
    const dying = [...new Set(node.inputs.map(memoryOf))].filter(
      (value) => lastUse.get(value) === step && alive.has(value),
    );
    for (const value of owned) {
      const bytes = bytesOf(value);
      const reused = IN_PLACE.test(node.op) ? dying.findIndex((operand) => alive.get(operand) === bytes) : -1;
      if (reused >= 0) {
        const [of] = dying.splice(reused, 1);
        alive.delete(of!);
        yield { kind: 'reused', value, of: of! };
      } else yield { kind: 'taken', value, bytes };
      alive.set(value, bytes);
    }
    for (const value of [...dying, ...owned]) {
      if (lastUse.get(value) !== step) continue;
      alive.delete(value);
      yield { kind: 'freed', value };
    }
  }
  for (const value of alive.keys()) yield { kind: 'freed', value };
}

function walkOf(
  graph: Graph,
  lengths: Readonly<Record<string, number>>,
  fetched: (output: string) => boolean,
): Walk {
  const builder = GraphBuilder.from(graph);
  const order = executionOrder(graph);
  const memoryOf = memoryOwners(order);
  const lastUse = new Map<string, number>();
  order.forEach(({ inputs, outputs }, step) => {
    for (const value of [...inputs, ...outputs]) lastUse.set(memoryOf(value), step);
  });
  const outside = new Set([...graph.inputs.map(({ name }) => memoryOf(name)), ...graph.initializers.keys()]);
  for (const { name } of graph.outputs) {
    if (fetched(name)) outside.add(memoryOf(name));
    else lastUse.set(memoryOf(name), order.length);
  }
  const bytesOf = (value: string) => {
    const { dtype, shape } = builder.type(value);
    return BYTES_PER_ELEMENT[dtype] * elementCount(shape.map((length) => bind(length, lengths)));
  };
  return { order, memoryOf, lastUse, outside, bytesOf };
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
