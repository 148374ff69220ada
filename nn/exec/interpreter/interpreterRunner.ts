import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../errors.js';
import { sameShape } from '../../graph/dimension.js';
import type { Graph, Node, Shape, ValueInfo } from '../../graph/ir.js';
import { graphsOf } from '../../graph/scopes.js';
import { GraphBuilder } from '../../ops/builder.js';
import { isOperator } from '../../ops/lookup.js';
import { elementCount, isHalf, type Tensor } from '../../tensor.js';
import type { InterpreterProvider, Runner } from '../runner.js';
import { useBackend } from './backend.js';
import type { Kernel, KernelRequest } from './kernel.js';
import { planOf, type Step } from './plan.js';
import { Scope } from './scope.js';
import { KERNELS } from './table.js';
import { download, isDevice, upload, type Value } from './value.js';

/** Runs a graph node by node. A run is one uninterrupted computation, so runs cannot mix their backends. */
export class InterpreterRunner implements Runner {
  readonly provider: InterpreterProvider;
  readonly #graph: Graph;
  readonly #backend: string;
  readonly #weights = new Scope();

  /** `backend` must be loaded. Throws OPERATOR_UNSUPPORTED for operators or element types that no kernel computes. */
  constructor(graph: Graph, provider: InterpreterProvider, backend: string) {
    requireKernels(graph);
    refuseHalves(graph);
    this.#graph = graph;
    this.provider = provider;
    this.#backend = backend;
    useBackend(backend);
    for (const [name, tensor] of graph.initializers) this.#weights.set(name, upload(tensor));
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>> {
    useBackend(this.#backend);
    checkFeeds(this.#graph.inputs, feeds);
    const plan = planOf(this.#graph, Object.keys(fetches));
    const values = new Scope(this.#weights);
    try {
      for (const { name } of this.#graph.inputs) values.set(name, upload(feeds[name]!));
      execute(plan, values);
      return results(fetches, values);
    } finally {
      values.freeAll();
    }
  }

  async dispose(): Promise<void> {
    useBackend(this.#backend);
    this.#weights.freeAll();
  }
}

function requireKernels({ nodes }: Graph): void {
  for (const node of nodes) {
    kernelOf(node.op);
    graphsOf(node).forEach(requireKernels);
  }
}

function kernelOf(op: string): Kernel {
  const kernel = isOperator(op) ? KERNELS[op] : { notAvailable: 'the operator is not known' };
  if (typeof kernel === 'function') return kernel;
  throw new NnError('OPERATOR_UNSUPPORTED', `${op} cannot be interpreted: ${kernel.notAvailable}`);
}

function execute(plan: readonly Step[], values: Scope): void {
  for (const { node, dead } of plan) {
    compute(node, values);
    for (const name of dead) values.free(name);
  }
}

/** Computes a graph within that of `outer`. The results belong to whoever calls. */
function inside(graph: Graph, inputs: readonly Value[], outer: Scope): Value[] {
  const values = new Scope(outer);
  const own = (value: Value) => (isDevice(value) ? tf.keep(tf.clone(value)) : value);
  try {
    for (const [name, tensor] of graph.initializers) values.set(name, own(upload(tensor)));
    graph.inputs.forEach(({ name }, at) => {
      values.set(name, own(inputs[at]!));
    });
    const names = graph.outputs.map(({ name }) => name);
    execute(planOf(graph, names), values);
    return names.map((name) => {
      const value = values.get(name)!;
      return isDevice(value) ? tf.clone(value) : value;
    });
  } finally {
    values.freeAll();
  }
}

/** tfjs has no half floats, and the kernels would take their bits for whole numbers. */
function refuseHalves(graph: Graph): void {
  const builder = GraphBuilder.from(graph);
  for (const { op, inputs } of graph.nodes) {
    const half = inputs.find((name) => name !== '' && isHalf(builder.type(name).dtype));
    if (half === undefined || op === 'Cast-19') continue;
    throw new NnError(
      'OPERATOR_UNSUPPORTED',
      `${op} of ${builder.type(half).dtype} cannot be interpreted: cast '${half}' to float32 before it`,
    );
  }
}

function compute(node: Node, values: Scope): void {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
  try {
    tf.tidy(() => {
      const innerOf: KernelRequest['inside'] = (graph, given) => inside(graph, given, values);
      kernelOf(node.op)({ node, inputs, inside: innerOf }).forEach((result, index) => {
        const name = node.outputs[index];
        if (!name) return;
        // An output that is its input would be freed with it.
        const own = isDevice(result) ? tf.keep(inputs.includes(result) ? tf.clone(result) : result) : result;
        values.set(name, own);
      });
    });
  } catch (error) {
    if (error instanceof NnError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new NnError('SHAPE_MISMATCH', `${node.op} for '${node.outputs[0]}': ${reason}`, { cause: error });
  }
}

/** Throws SHAPE_MISMATCH where an input is missing or does not have the declared type. */
function checkFeeds(inputs: readonly ValueInfo[], feeds: Readonly<Record<string, Tensor>>): void {
  for (const { name, dtype, shape } of inputs) {
    const given = feeds[name];
    if (given?.dtype !== dtype || !fits(given, shape)) {
      const found = given ? `${given.dtype} [${given.dims}] of ${given.data.length} values` : 'nothing';
      throw new NnError('SHAPE_MISMATCH', `input '${name}' takes ${dtype} [${shape}], given was ${found}`);
    }
  }
}

function fits({ dims, data }: Tensor, shape: Shape): boolean {
  return (
    data.length === elementCount(dims) &&
    shape.length === dims.length &&
    shape.every((dimension, axis) => typeof dimension === 'string' || dimension === dims[axis])
  );
}

function results(fetches: Readonly<Record<string, Tensor | null>>, values: Scope): Record<string, Tensor> {
  // Copied before any is written: what was downloaded may be a feed's memory, and so may a place.
  const computed = Object.keys(fetches).map((name) => [name, copyOf(values.get(name)!)] as const);
  for (const [name, { dtype, dims }] of computed) {
    const place = fetches[name];
    if (place && (place.dtype !== dtype || !sameShape(place.dims, dims))) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `output '${name}' is ${dtype} [${dims}], the place for it ${place.dtype} [${place.dims}]`,
      );
    }
  }
  return Object.fromEntries(
    computed.map(([name, tensor]) => {
      const place = fetches[name];
      if (!place) return [name, tensor];
      (place.data as Float32Array).set(tensor.data as Float32Array);
      return [name, place];
    }),
  );
}

function copyOf(value: Value): Tensor {
  const tensor = download(value);
  return { ...tensor, data: tensor.data.slice() };
}
