import { bind } from '../graph/dimension.js';
import type { Graph, Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';
import { GraphBuilder } from '../ops/builder.js';
import { BYTES_PER_ELEMENT, elementCount } from '../tensor.js';
import { executionOrder } from './executionOrder.js';

/** Operators whose output is another view of the first input's memory. */
const VIEWS = /^(Reshape|Unsqueeze|Squeeze|Identity|Flatten)-/;

/** How many arrays of the output's size a kernel works in besides. */
const SCRATCH: Readonly<Record<string, number>> = { 'Where-16': 2 };

/**
 * What happens to the memory of an intermediate value. None is written over another: the runtime does so only where it
 * knows two shapes to be equal, and it knows nothing of a length that a reshape worked out.
 */
export type Allocation =
  | { readonly kind: 'taken'; readonly value: string; readonly bytes: number }
  | { readonly kind: 'freed'; readonly value: string };

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
  const alive = new Set<string>();
  for (const [step, node] of order.entries()) {
    const owned = node.outputs.filter(
      (value) => value !== '' && memoryOf(value) === value && !outside.has(value),
    );
    const dying = [...new Set(readsOf(node).map(memoryOf))].filter(
      (value) => lastUse.get(value) === step && alive.has(value),
    );
    for (const value of owned) {
      const bytes = bytesOf(value);
      yield { kind: 'taken', value, bytes };
      alive.add(value);
      const scratch = Array.from({ length: SCRATCH[node.op] ?? 0 }, (_, at) => `${value}/scratch${at}`);
      for (const name of scratch) yield { kind: 'taken', value: name, bytes };
      for (const name of scratch) yield { kind: 'freed', value: name };
    }
    for (const value of [...dying, ...owned]) {
      if (lastUse.get(value) !== step) continue;
      alive.delete(value);
      yield { kind: 'freed', value };
    }
  }
  for (const value of alive) yield { kind: 'freed', value };
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
  order.forEach((node, step) => {
    for (const value of [...readsOf(node), ...node.outputs]) lastUse.set(memoryOf(value), step);
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
