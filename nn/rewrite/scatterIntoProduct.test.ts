import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import type { Provider } from '../exec/runner.js';
import { encodeModel } from '../graph/encode.js';
import type { Graph } from '../graph/ir.js';
import { type CrossEntropyOptions, crossEntropy } from '../models/losses/crossEntropy.js';
import { GraphBuilder } from '../ops/builder.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor } from '../tensor.js';
import { graphMemory } from './graphMemory.js';
import { scatterIntoProduct } from './scatterIntoProduct.js';

const ROWS = 7;
const CLASSES = 90;

function lossGraph(options: CrossEntropyOptions): Graph {
  const builder = new GraphBuilder();
  builder.input('logits', 'float32', ['rows', CLASSES]);
  builder.input('labels', 'int64', ['rows']);
  const loss = crossEntropy(builder, 'logits', 'labels', options);
  const gradient = differentiate(builder, loss, ['logits']).get('logits')!;
  return builder.build('loss', { loss, gradient });
}

async function results(graph: Graph, provider: Provider) {
  const random = new Random(3);
  const logits = Float32Array.from({ length: ROWS * CLASSES }, () => 20 * random.uniform() - 10);
  const labels = BigInt64Array.from({ length: ROWS }, (_, row) =>
    row === 2 ? -100n : BigInt(random.below(CLASSES)),
  );
  const runner = await createRunner(encodeModel(graph), { threads: 1, providers: [provider] });
  const feeds = { logits: float32Tensor([ROWS, CLASSES], logits), labels: int64Tensor([ROWS], labels) };
  const found = await runner.run(feeds, { loss: null, gradient: null });
  await runner.dispose();
  // Adding zero makes a zero positive.
  return [found['loss']!, found['gradient']!].map((tensor) => float32Data(tensor).map((value) => value + 0));
}

const classWeights = Array.from({ length: CLASSES }, (_, at) => at / 10);

describe('scatterIntoProduct', () => {
  it.each([
    ['cpu', {}],
    ['cpu', { classWeights }],
    ['tfjs-cpu', {}],
  ] as const)('gives the same bits with less memory, on %s with %j', async (provider, options) => {
    const graph = lossGraph(options);
    const rewritten = scatterIntoProduct(graph);
    expect(rewritten.nodes.length).toBeLessThan(graph.nodes.length);
    const lengths = { rows: 10_000 };
    expect(graphMemory(rewritten, lengths)).toBeLessThan(0.8 * graphMemory(graph, lengths));
    expect(await results(rewritten, provider)).toEqual(await results(graph, provider));
  });

  it('leaves a gradient that more than the picked elements have', () => {
    const graph = lossGraph({ labelSmoothing: 0.1 });
    expect(scatterIntoProduct(graph).nodes).toEqual(graph.nodes);
  });
});
