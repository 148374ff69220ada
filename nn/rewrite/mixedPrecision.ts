import { int } from '../graph/attributes.js';
import { onnxDtype } from '../graph/dtypes.js';
import type { Graph, Node } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Data, type HalfDType, type Tensor, type TensorData } from '../tensor.js';
import { fromHalf, toHalf } from '../weights/half.js';
import { ancestors } from './ancestors.js';
import { type Forms, neededForms } from './precisionForms.js';

/**
 * How a product of half floats is computed: `native`, by the provider's own kernel; `emulated`, as a float32 product of
 * operands rounded to the half type whose result is rounded too. Both are the same function but for the order of sums.
 */
export type HalfProducts = 'native' | 'emulated';

export interface MixedPrecisionOptions {
  readonly half: HalfDType;
  readonly products: HalfProducts;
  /** Constants rounded so far, by their values: graphs that are given one map have the same arrays. */
  readonly rounded?: Map<TensorData, TensorData>;
  /** Values between which all is computed in float32: the model's outputs, the loss, and its gradients of the outputs. */
  readonly exact?: { readonly from: readonly string[]; readonly to: readonly string[] };
}

/**
 * The graph with its matrix products in half precision and everything else in float32 (Micikevicius et al., 2018):
 * inputs stay float32, so parameters are the master weights, and so do outputs, gradients among them. It is for a graph
 * after differentiation: a gradient rule then knows float32 only, and a backward product is rounded as a forward one
 * is, which is what torch.autocast does. Operators that only move values stand on either side of a rounding with the
 * same result, so a value is rounded once, where it is computed, and moved in the forms that are read.
 */
export function mixedPrecision(graph: Graph, options: MixedPrecisionOptions): Graph {
  return new Rewriter(graph, options).rewrite();
}

function between(graph: Graph, range: MixedPrecisionOptions['exact']): ReadonlySet<Node> {
  if (!range) return new Set();
  const before = ancestors(graph, range.from);
  return new Set([...ancestors(graph, range.to)].filter((node) => !before.has(node)));
}

function roundedValues(tensor: Tensor, { half, products }: MixedPrecisionOptions): TensorData {
  const words = toHalf(half, float32Data(tensor));
  return products === 'native' ? words : fromHalf(half, words);
}

class Rewriter {
  readonly #builder = new GraphBuilder();
  readonly #forms: Forms;
  /** What a value's half form is called; in an emulated graph it may be the value itself. */
  readonly #halves = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    private readonly options: MixedPrecisionOptions,
  ) {
    this.#forms = neededForms(graph, between(graph, options.exact));
  }

  rewrite(): Graph {
    const { name, inputs, initializers, nodes, outputs } = this.graph;
    for (const { name: input, dtype, shape } of inputs) this.#builder.input(input, dtype, shape);
    for (const [weight, tensor] of initializers) this.#initializer(weight, tensor);
    for (const input of inputs) if (this.#forms.half.has(input.name)) this.#narrow(input.name);
    for (const node of nodes) {
      if (this.#forms.products.has(node)) this.#product(node);
      else if (this.#forms.movers.has(node)) this.#mover(node);
      else this.#plain(node);
    }
    return this.#builder.build(name, Object.fromEntries(outputs.map((output) => [output.name, output.name])));
  }

  /** A constant that is read in half precision only is kept in it alone. */
  #initializer(name: string, tensor: Tensor): void {
    if (this.#forms.wide.has(name)) this.#builder.initializer(name, tensor);
    if (!this.#forms.half.has(name)) return;
    const { half, products, rounded } = this.options;
    const data = rounded?.get(tensor.data) ?? roundedValues(tensor, this.options);
    rounded?.set(tensor.data, data);
    const dtype = products === 'native' ? half : 'float32';
    this.#halves.set(
      name,
      this.#builder.initializer(`${name}${this.#suffix}`, { dtype, dims: tensor.dims, data }),
    );
  }

  #product(node: Node): void {
    const [value] = node.outputs as [string];
    const { half, products } = this.options;
    const inputs = node.inputs.map((input) => this.#half(input));
    if (products === 'emulated') {
      const exact = `${value}/exact`;
      this.#builder.node({ ...node, inputs, outputs: [exact] });
      this.#cast(this.#cast(exact, half, `${value}/${half}`), 'float32', value);
      this.#halves.set(value, value);
      return;
    }
    this.#builder.node({ ...node, inputs, outputs: [`${value}/${half}`] });
    this.#halves.set(value, `${value}/${half}`);
    if (this.#forms.wide.has(value)) this.#cast(`${value}/${half}`, 'float32', value);
  }

  #mover(node: Node): void {
    const { wide, half } = this.#forms;
    const isHalf = node.outputs.some((value) => half.has(value));
    const alike = node.inputs.every((input) => this.#half(input) === input);
    if (node.outputs.some((value) => wide.has(value)) || (isHalf && alike)) this.#builder.node(node);
    if (!isHalf) return;
    const suffix = alike ? '' : this.#suffix;
    const outputs = node.outputs.map((value) => (value === '' ? '' : `${value}${suffix}`));
    node.outputs.forEach((value, index) => {
      this.#halves.set(value, outputs[index]!);
    });
    if (!alike)
      this.#builder.node({ ...node, inputs: node.inputs.map((input) => this.#half(input)), outputs });
  }

  #plain(node: Node): void {
    this.#builder.node(node);
    for (const value of node.outputs) if (this.#forms.half.has(value)) this.#narrow(value);
  }

  get #suffix(): string {
    return this.options.products === 'native' ? `/${this.options.half}` : '/rounded';
  }

  /** The half form of a value where it has one: lengths, indices and truth values have not. */
  #half(value: string): string {
    return this.#halves.get(value) ?? value;
  }

  /** Rounds a value computed in float32. */
  #narrow(value: string): void {
    const { half, products } = this.options;
    const rounded = this.#cast(value, half, `${value}/${half}`);
    this.#halves.set(
      value,
      products === 'native' ? rounded : this.#cast(rounded, 'float32', `${value}${this.#suffix}`),
    );
  }

  #cast(value: string, to: HalfDType | 'float32', output: string): string {
    this.#builder.node({
      op: 'Cast-19',
      inputs: [value],
      outputs: [output],
      attributes: { to: int(onnxDtype(to)) },
    });
    return output;
  }
}
