import { attribute } from '../graph/attributes.js';
import { axisIndex } from '../graph/dimension.js';
import type { Graph, Node } from '../graph/ir.js';
import { readsOf } from '../graph/scopes.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Data, type Tensor } from '../tensor.js';

/**
 * The gradient of a log-softmax of which one element a row was picked, as the cross-entropy over a vocabulary does,
 * without an array of zeros: with g for the picked elements and d for g scattered into zeros, d - e^y sum(d) becomes
 * g added to e^y (-g). Two arrays of the size of the scores less are alive at once. The results are the same
 * bits, but that a zero may have the other sign.
 */
export function scatterIntoProduct(graph: Graph): Graph {
  const producer = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)),
  );
  const known = GraphBuilder.from(graph);
  const replaced = new Map<Node, Node>();
  const dropped = new Set<Node>();
  for (const node of graph.nodes) {
    const found = node.op === 'Sub-14' ? parts(graph, node, producer) : undefined;
    if (!found) continue;
    const { scatter, total, axis } = found;
    const [zeros, at, picked] = scatter.inputs as [string, string, string];
    const { shape } = known.type(at);
    const along = (value: number) => axisIndex(value, shape.length);
    if (along(axis) !== along(attribute(scatter, 'axis', 'int', 0)) || shape[along(axis)] !== 1) continue;
    replaced.set(total, { op: 'Neg-13', inputs: [picked], outputs: total.outputs, attributes: {} });
    replaced.set(node, { ...scatter, inputs: [node.inputs[1]!, at, picked], outputs: node.outputs });
    dropped.add(scatter).add(producer.get(zeros)!);
  }
  const nodes = graph.nodes.flatMap((node) => (dropped.has(node) ? [] : (replaced.get(node) ?? node)));
  return { ...graph, nodes: withoutUnread({ ...graph, nodes }, dropped) };
}

/** What a difference is made of, where it is one of those and nothing else reads its parts. */
function parts(graph: Graph, { inputs }: Node, producer: ReadonlyMap<string, Node>) {
  const [scatter, share] = inputs.map((name) => producer.get(name));
  const total = producer.get(share?.inputs[1] ?? '');
  if (scatter?.op !== 'ScatterElements-18' || share?.op !== 'Mul-14' || total?.op !== 'ReduceSum-13') return;
  const expand = producer.get(scatter.inputs[0]!);
  const zero = graph.initializers.get(expand?.inputs[0] ?? '');
  if (expand?.op !== 'Expand-13' || !isZero(zero)) return;
  const axes = graph.initializers.get(total.inputs[1] ?? '')?.data;
  if (total.inputs[0] !== scatter.outputs[0] || axes?.length !== 1) return;
  if (
    attribute(total, 'keepdims', 'int', 1) !== 1 ||
    attribute(scatter, 'reduction', 'string', 'none') !== 'add'
  )
    return;
  const readers = (node: Node) =>
    graph.nodes.filter((each) => readsOf(each).includes(node.outputs[0]!)).length +
    graph.outputs.filter(({ name }) => name === node.outputs[0]).length;
  const alone =
    readers(scatter) === 2 && readers(expand) === 1 && readers(share) === 1 && readers(total) === 1;
  return alone ? { scatter, total, axis: Number(axes[0]) } : undefined;
}

function isZero(tensor: Tensor | undefined): boolean {
  return tensor?.dtype === 'float32' && float32Data(tensor).every((value) => value === 0);
}

/** The nodes less those that only `dropped` ones read, such as the lengths of an array that is made no more. */
function withoutUnread({ nodes, outputs }: Graph, dropped: ReadonlySet<Node>): readonly Node[] {
  const fed = new Set([...dropped].flatMap(readsOf));
  const read = new Set([...nodes.flatMap(readsOf), ...outputs.map(({ name }) => name)]);
  return nodes.filter(
    (node) => !node.outputs.some((value) => fed.has(value)) || node.outputs.some((value) => read.has(value)),
  );
}
