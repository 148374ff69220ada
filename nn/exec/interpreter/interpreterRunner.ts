import * as tf from '@tensorflow/tfjs-core';
import { NnError } from '../../errors.js';
import { sameShape } from '../../graph/dimension.js';
import type { Graph, Node, Shape, ValueInfo } from '../../graph/ir.js';
import { GraphBuilder } from '../../ops/builder.js';
import { isOperator } from '../../ops/lookup.js';
import { elementCount, isHalf, type Tensor } from '../../tensor.js';
import type { InterpreterProvider, Runner } from '../runner.js';
import { useBackend } from './backend.js';
import type { Kernel } from './kernel.js';
import { planOf } from './plan.js';
import { KERNELS } from './table.js';
import { download, isDevice, upload, type Value } from './value.js';

/** Runs a graph node by node. A run is one uninterrupted computation, so runs cannot mix their backends. */
export class InterpreterRunner implements Runner {
  readonly provider: InterpreterProvider;
  readonly #graph: Graph;
  readonly #backend: string;
  readonly #weights: ReadonlyMap<string, Value>;

  /** `backend` must be loaded. Throws OPERATOR_UNSUPPORTED for operators or element types that no kernel computes. */
  constructor(graph: Graph, provider: InterpreterProvider, backend: string) {
    for (const { op } of graph.nodes) kernelOf(op);
    refuseHalves(graph);
    this.#graph = graph;
    this.provider = provider;
    this.#backend = backend;
    useBackend(backend);
    this.#weights = new Map([...graph.initializers].map(([name, tensor]) => [name, upload(tensor)]));
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: Readonly<Record<string, Tensor | null>>,
  ): Promise<Record<string, Tensor>> {
    useBackend(this.#backend);
    checkFeeds(this.#graph.inputs, feeds);
    const plan = planOf(this.#graph, Object.keys(fetches));
    const values = new Map(this.#weights);
    try {
      for (const { name } of this.#graph.inputs) values.set(name, upload(feeds[name]!));
      for (const { node, dead } of plan) {
        compute(node, values);
        for (const name of dead) this.#free(name, values);
      }
      return results(fetches, values);
    } finally {
      for (const name of values.keys()) this.#free(name, values);
    }
  }

  async dispose(): Promise<void> {
    useBackend(this.#backend);
    for (const value of this.#weights.values()) if (isDevice(value)) value.dispose();
  }

  #free(name: string, values: Map<string, Value>): void {
    const value = values.get(name);
    if (this.#weights.has(name) || !value) return;
    if (isDevice(value)) value.dispose();
    values.delete(name);
  }
}

function kernelOf(op: string): Kernel {
  const kernel = isOperator(op) ? KERNELS[op] : { notAvailable: 'the operator is not known' };
  if (typeof kernel === 'function') return kernel;
  throw new NnError('OPERATOR_UNSUPPORTED', `${op} cannot be interpreted: ${kernel.notAvailable}`);
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

function compute(node: Node, values: Map<string, Value>): void {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
  try {
    tf.tidy(() => {
      kernelOf(node.op)({ node, inputs }).forEach((result, index) => {
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

function results(
  fetches: Readonly<Record<string, Tensor | null>>,
  values: ReadonlyMap<string, Value>,
): Record<string, Tensor> {
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
