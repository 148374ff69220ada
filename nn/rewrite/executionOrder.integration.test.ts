import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { differentiate } from '../autodiff/differentiate.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { splitOperator } from '../graph/opset.js';
import { GraphBuilder } from '../ops/builder.js';
import { executionOrder } from './executionOrder.js';
import { leavesLast } from './leavesLast.js';

/** Three layers with residual connections, and the gradients of their weights. */
const trainingGraph = (): Graph => {
  const builder = new GraphBuilder();
  let hidden = builder.input('x', 'float32', ['rows', 4]);
  const weights = ['a', 'b', 'c'].map((name) => builder.input(name, 'float32', [4, 4]));
  for (const weight of weights) {
    const layer = builder.emit('Tanh-13', [builder.emit('Gemm-13', [hidden, weight])]);
    hidden = builder.emit('Add-14', [hidden, layer]);
  }
  const loss = builder.emit('ReduceSum-13', [hidden], { keepdims: int(0) });
  const gradients = differentiate(builder, loss, weights);
  const outputs = weights.map((name) => [`grad/${name}`, gradients.get(name)!] as const);
  return builder.build('training', { loss, ...Object.fromEntries(outputs) });
};

/** What ONNX Runtime's own profile says it ran, in the names that `encodeModel` gives the nodes. */
const profiledOrder = async (graph: Graph): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-profile-'));
  try {
    const session = await InferenceSession.create(encodeModel(graph), {
      graphOptimizationLevel: 'disabled',
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    const tensor = (...dims: number[]) =>
      new OrtTensor('float32', new Float32Array(dims.reduce((a, b) => a * b)).fill(0.1), dims);
    await session.run({ x: tensor(2, 4), a: tensor(4, 4), b: tensor(4, 4), c: tensor(4, 4) });
    session.endProfiling();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')) as {
      cat: string;
      name: string;
    }[];
    await session.release();
    return events.flatMap(({ cat, name }) =>
      cat === 'Node' && name.endsWith('_kernel_time') ? [name.replace('_kernel_time', '')] : [],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const names = (graph: Graph) =>
  executionOrder(graph).map((node) => `${splitOperator(node.op).type}/${graph.nodes.indexOf(node)}`);

it.each([
  ['as they were made', trainingGraph()],
  ['with the leaves last', leavesLast(trainingGraph())],
])('is the order in which ONNX Runtime runs the nodes, %s', async (_, graph) => {
  expect(names(graph)).toEqual(await profiledOrder(graph));
});
