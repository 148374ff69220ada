import { int } from '../graph/attributes.js';
import { bind } from '../graph/dimension.js';
import type { Graph, Node } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { graphFlops } from '../ops/cost.js';
import { ruleOf } from '../ops/lookup.js';
import { elementCount, int64Tensor } from '../tensor.js';
import { ancestors } from './ancestors.js';
import { graphMemory } from './graphMemory.js';
import { leavesLast } from './leavesLast.js';

export interface RecomputeOptions {
  /** Typical lengths of the open axes, such as `{ batch: 16, sequence: 128 }`: they decide what is cheap. */
  readonly lengths: Readonly<Record<string, number>>;
  /** Share of the graph's floating-point operations that may be added. Default: 0.25. */
  readonly extraFlopsMax?: number;
}

const EXTRA_FLOPS_MAX = 0.25;

/** Candidates for the operations spent on an element: from softmax of short rows to products of width 4,096. */
const FLOPS_PER_ELEMENT = Array.from({ length: 15 }, (_, power) => 2 ** (power / 2 + 6));

/** Writing an element costs about as much as so many operations on it; it ends chains of cheap operators. */
const WRITE_FLOPS = 8;

/**
 * A training graph that keeps fewer activations: what is cheap to compute is computed again where the backward half
 * needs it (Chen et al., 2016; selective as in Korthikanti et al., 2022). The results are the same bits: the same
 * operators run on the same values. A clone waits for the gradient that is computed just before its use, for
 * otherwise the runtime would be free to run it at once and keep its result. Of several bounds on the operations
 * spent on an element, the one that keeps the least within `extraFlopsMax` is taken; the graph itself where none is.
 * `loss` names the output that ends the forward half; the nodes must stand in the order in which `differentiate`
 * made them, and are given back in the order of `leavesLast`.
 */
export function recomputeActivations(
  graph: Graph,
  loss: string,
  { lengths, extraFlopsMax = EXTRA_FLOPS_MAX }: RecomputeOptions,
): Graph {
  const forward = ancestors(graph, [loss]);
  const flopsMax = graphFlops(graph, lengths) * (1 + extraFlopsMax);
  const kept = leavesLast(graph);
  let best = { graph: kept, bytes: graphMemory(kept, lengths) };
  for (const flopsPerElement of FLOPS_PER_ELEMENT) {
    const cheap = cheapValues(graph, forward, { lengths, flopsPerElement });
    const rewritten = leavesLast(new Rewriter(graph, forward, cheap).rewrite());
    if (graphFlops(rewritten, lengths) > flopsMax) break;
    const bytes = graphMemory(rewritten, lengths);
    if (bytes < best.bytes) best = { graph: rewritten, bytes };
  }
  return best.graph;
}

/** The float values of the forward half that are not worth keeping, with the node that computes them. */
function cheapValues(
  graph: Graph,
  forward: ReadonlySet<Node>,
  {
    lengths,
    flopsPerElement,
  }: { readonly lengths: RecomputeOptions['lengths']; readonly flopsPerElement: number },
): ReadonlyMap<string, Node> {
  const builder = GraphBuilder.from(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const dims = (names: readonly string[]) =>
    names.map((name) => (name === '' ? [] : builder.type(name).shape.map((length) => bind(length, lengths))));
  const flopsOf = new Map<string, number>();
  const cheap = new Map<string, Node>();
  for (const node of graph.nodes) {
    const [value] = node.outputs;
    if (!forward.has(node) || !value || outputs.has(value) || builder.type(value).dtype !== 'float32')
      continue;
    const [shape = []] = dims([value]);
    const own = ruleOf(node.op).flops({ node, inputs: dims(node.inputs), outputs: dims(node.outputs) });
    const flops = node.inputs.reduce(
      (sum, name) => sum + (flopsOf.get(name) ?? 0),
      own + WRITE_FLOPS * elementCount(shape),
    );
    if (flops > flopsPerElement * elementCount(shape)) continue;
    flopsOf.set(value, flops);
    cheap.set(value, node);
  }
  return cheap;
}

class Rewriter {
  readonly #builder = new GraphBuilder();
  /** Backward values that wait for a gradient, so that what waits for them runs late as well. */
  readonly #late = new Set<string>();
  readonly #replacements = new Map<string, string>();
  readonly #forwardValues: ReadonlySet<string>;
  #anchor: string | undefined;

  constructor(
    private readonly graph: Graph,
    private readonly forward: ReadonlySet<Node>,
    private readonly cheap: ReadonlyMap<string, Node>,
  ) {
    this.#forwardValues = new Set([...forward].flatMap(({ outputs }) => outputs));
  }

  rewrite(): Graph {
    const { name, inputs, initializers, nodes, outputs } = this.graph;
    for (const { name: input, dtype, shape } of inputs) this.#builder.input(input, dtype, shape);
    for (const [weight, tensor] of initializers) this.#builder.initializer(weight, tensor);
    for (const node of nodes) {
      if (this.forward.has(node)) this.#builder.node(node);
      else this.#backward(node);
    }
    return this.#builder.build(name, Object.fromEntries(outputs.map((output) => [output.name, output.name])));
  }

  #backward(node: Node): void {
    const late = node.inputs.some((input) => this.#late.has(input));
    const inputs = node.inputs.map((input) =>
      this.#isActivation(input) ? this.#again(input, !late) : input,
    );
    this.#builder.node({ ...node, inputs });
    const untouched = inputs.every((input, index) => input === node.inputs[index]);
    if (!late && untouched && this.#anchor !== undefined) return;
    for (const value of node.outputs) this.#late.add(value);
    const type = this.#builder.type(node.outputs[0]!);
    // The runtime folds the lengths of fixed shapes into constants, so that nothing would wait for them.
    if (type.dtype === 'float32' && type.shape.some((length) => typeof length === 'string'))
      this.#anchor = node.outputs[0]!;
  }

  #isActivation(value: string): boolean {
    return this.#forwardValues.has(value) && this.#builder.type(value).dtype === 'float32';
  }

  /** The value for use by the backward half; a kept one waits only where nothing else makes its reader wait. */
  #again(value: string, waiting: boolean): string {
    if (this.#anchor === undefined) return value;
    const node = this.cheap.get(value);
    if (node === undefined) return waiting ? this.#wait(value) : value;
    const known = this.#replacements.get(value);
    if (known !== undefined) return known;
    const name = `${value}/again`;
    const floats = node.inputs.map((input) => (this.#isActivation(input) ? this.#again(input, true) : input));
    this.#builder.node({
      ...node,
      inputs: floats,
      outputs: node.outputs.map((output, index) =>
        index === 0 ? name : output === '' ? '' : `${output}/again`,
      ),
    });
    this.#replacements.set(value, name);
    return name;
  }

  /** The same memory under another name that exists once the newest gradient does: a reshape to its own shape. */
  #wait(value: string): string {
    const key = `${value}/after/${this.#anchor}`;
    const known = this.#replacements.get(key);
    if (known !== undefined) return known;
    const shape = this.#emit('Shape-19', [value], `${key}/shape`, {});
    const target = this.#emit('Concat-13', [this.#nothingAfter(this.#anchor!), shape], `${key}/target`, {
      axis: int(0),
    });
    this.#replacements.set(key, this.#emit('Reshape-19', [value, target], key, {}));
    return key;
  }

  /** int64 [0], which exists once `gradient` does: none of its run-time lengths. */
  #nothingAfter(gradient: string): string {
    const key = `${gradient}/nothing`;
    const known = this.#replacements.get(key);
    if (known !== undefined) return known;
    const lengths = this.#emit('Shape-19', [gradient], `${gradient}/lengths`, {});
    const none = this.#builder.constant(int64Tensor([0]));
    this.#replacements.set(key, this.#emit('Gather-13', [lengths, none], key, {}));
    return key;
  }

  #emit(op: string, inputs: readonly string[], output: string, attributes: Node['attributes']): string {
    this.#builder.node({ op, inputs, outputs: [output], attributes });
    return output;
  }
}
