import { NnError } from '../errors.js';
import type { Attributes, Dimension, Graph, Node, Shape, ValueInfo, ValueType } from '../graph/ir.js';
import { readsOf, withNames } from '../graph/scopes.js';
import { type DType, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { ELEMENTS_MAX } from './elements.js';
import { ruleOf } from './lookup.js';
import type { Emitter, Known, LinearHook } from './rule.js';
import type { Operator } from './table.js';

/** Grows a graph node by node; every value's type is inferred, so a misfit fails where it is written. */
export class GraphBuilder implements Emitter {
  readonly #inputs: ValueInfo[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #types = new Map<string, ValueType>();
  readonly #elements = new Map<string, Shape>();
  readonly #once = new Map<string, string>();
  #values = 0;

  /** `linearHook` is for the linear layers of `nn/models`; `outer` builds the graph around this one. */
  constructor(
    readonly linearHook?: LinearHook,
    private readonly outer?: GraphBuilder,
  ) {}

  /** A builder that goes on from a finished graph. */
  static from(graph: Graph, outer?: GraphBuilder): GraphBuilder {
    const builder = new GraphBuilder(undefined, outer);
    for (const { name, dtype, shape } of graph.inputs) builder.input(name, dtype, shape);
    for (const [name, tensor] of graph.initializers) builder.initializer(name, tensor);
    for (const node of graph.nodes) builder.node(node);
    return builder;
  }

  /** A builder of a graph for an attribute of a node to come. */
  within(): GraphBuilder {
    return new GraphBuilder(undefined, this);
  }

  inside(graph: Graph): Known {
    return GraphBuilder.from(graph, this);
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  input(name: string, dtype: DType, shape: Shape): string {
    this.#define(name, { dtype, shape });
    this.#inputs.push({ name, dtype, shape });
    return name;
  }

  initializer(name: string, tensor: Tensor): string {
    this.#define(name, { dtype: tensor.dtype, shape: tensor.dims });
    this.#initializers.set(name, tensor);
    if (
      (tensor.data instanceof BigInt64Array || tensor.data instanceof Int32Array) &&
      tensor.dims.length <= 1 &&
      tensor.data.length <= ELEMENTS_MAX
    ) {
      this.#elements.set(name, Array.from(tensor.data, Number));
    }
    return name;
  }

  /** Adds a node as it is. */
  node(node: Node): void {
    const rule = ruleOf(node.op);
    for (const name of node.inputs) if (name !== '') this.type(name);
    const types = rule.infer(node, this);
    node.outputs.forEach((name, index) => {
      if (name === '') return;
      const type = types[index];
      if (!type) throw new NnError('GRAPH_INVALID', `${node.op} has no output ${index}`);
      this.#define(name, type);
    });
    const elements = rule.elements?.(node, this);
    if (elements && node.outputs[0] && types[0]!.shape.length <= 1)
      this.#elements.set(node.outputs[0], elements);
    this.#nodes.push(node);
  }

  emit(op: Operator, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.emitAll(op, inputs, attributes, [true])[0]!;
  }

  emitAll(
    op: Operator,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: readonly boolean[],
  ): string[] {
    const names = outputs.map((present) => (present ? this.#fresh(op) : ''));
    this.node({ op, inputs, outputs: names, attributes });
    return names;
  }

  constant(tensor: Tensor): string {
    const key = `${tensor.dtype}[${tensor.dims}]${tensor.data.join()}`;
    return this.once(key, () => this.initializer(this.#fresh('constant'), tensor));
  }

  scalar(value: number): string {
    return this.constant(float32Tensor([], Float32Array.of(value)));
  }

  indices(values: readonly number[]): string {
    return this.constant(int64Tensor([values.length], BigInt64Array.from(values, BigInt)));
  }

  shapeOf(value: string): string {
    const { shape } = this.type(value);
    if (shape.every((dimension) => typeof dimension === 'number')) return this.indices(shape);
    // Values of one symbolic shape have one run-time shape; asking the first keeps no later one alive.
    return this.once(`shape [${shape}]`, () => this.emit('Shape-19', [value]));
  }

  once(key: string, make: () => string): string {
    const name = this.#once.get(key) ?? make();
    this.#once.set(key, name);
    return name;
  }

  type(value: string): ValueType {
    const type = this.#known(value);
    if (!type) throw new NnError('GRAPH_INVALID', `value '${value}' is used before it is defined`);
    return type;
  }

  elements(value: string): Shape | undefined {
    return this.#elements.get(value) ?? this.outer?.elements(value);
  }

  /**
   * The finished graph. `outputs` maps the name a caller sees to the value it stands for; nodes and
   * initializers that no output needs are left out, inputs stay.
   */
  build(name: string, outputs: Readonly<Record<string, string>>): Graph {
    const computed = new Set(this.#nodes.flatMap((node) => node.outputs));
    const renamed = new Map<string, string>();
    for (const [wanted, value] of Object.entries(outputs)) {
      // A value that is an input or has its output name already keeps its own; a copy takes the new one.
      const source = computed.has(value) && !renamed.has(value) ? value : this.emit('Identity-16', [value]);
      renamed.set(source, wanted);
    }
    const final = (value: string) => renamed.get(value) ?? value;
    const needed = new Set(renamed.keys());
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((value) => value !== '' && needed.has(value))) continue;
      for (const value of readsOf(node)) needed.add(value);
      nodes.push(withNames(node, final));
    }
    return {
      name,
      inputs: this.#inputs,
      outputs: Object.entries(outputs).map(([wanted, value]) => ({ name: wanted, ...this.type(value) })),
      initializers: new Map([...this.#initializers].filter(([value]) => needed.has(value))),
      nodes: nodes.reverse(),
    };
  }

  #fresh(stem: string): string {
    let name: string;
    do {
      this.#values += 1;
      name = `${this.#prefix()}${stem}/${this.#values}`;
    } while (this.#known(name));
    return name;
  }

  /** Keeps names apart from those that the graph around this one has, or will have. */
  #prefix(): string {
    return this.outer ? `${this.outer.#prefix()}inner/` : '';
  }

  #known(value: string): ValueType | undefined {
    return this.#types.get(value) ?? (this.outer ? this.outer.#known(value) : undefined);
  }

  #define(name: string, type: ValueType): void {
    if (name === '' || this.#known(name)) {
      throw new NnError('GRAPH_INVALID', `value '${name}' is defined twice`);
    }
    if (!type.shape.every(isLength)) {
      throw new NnError('SHAPE_MISMATCH', `value '${name}' would have the impossible shape [${type.shape}]`);
    }
    this.#types.set(name, type);
  }
}

/** Rules may compute anything from what a file says; a length is a whole number or has a name. */
function isLength(dimension: Dimension | undefined): boolean {
  return typeof dimension === 'string' || (Number.isSafeInteger(dimension) && dimension! >= 0);
}
