import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildModel } from '../models/buildModel.js';
import { evaluationGraphOf, trainingGraphOf } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/safetensors.js';
import { createGraphRunners } from './createGraphRunners.js';

const folder = new URL('../goldens/llama-sequence-classification/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));

describe('the two graphs of a training step', () => {
  it('give the same bits with their frozen weights in a file as with all of them inside', async () => {
    const model = buildModel({
      configJson: JSON.parse(read('config.json').toString()) as unknown,
      weights: readSafetensors(read('model.safetensors')),
      task: 'sequence-classification',
      labels: ['a', 'b', 'c'],
      seed: 1,
    });
    const options = { trainable: (name: string) => name.startsWith('score') || name.includes('layers.1.') };
    const training = trainingGraphOf(model, options);
    const graphs = [training.graph, evaluationGraphOf(model, options)] as const;
    const ids = BigInt64Array.from({ length: 12 }, (_, at) => BigInt(3 + ((at * 7) % 50)));
    const feeds: Record<string, Tensor> = {
      input_ids: int64Tensor([2, 6], ids),
      attention_mask: int64Tensor([2, 6], new BigInt64Array(12).fill(1n)),
      labels: int64Tensor([2], BigInt64Array.of(0n, 2n)),
      ...Object.fromEntries(training.trainable.map((name) => [name, model.parameters.get(name)!])),
    };
    const results: Record<string, Tensor>[] = [];
    for (const embeddedBytesMax of [0, 1_000_000]) {
      const [step, evaluation] = await createGraphRunners(graphs, { threads: 1, embeddedBytesMax });
      const gradients = training.trainable.map((name) => [gradientName(name), null] as const);
      const computed = await step.run(feeds, { loss: null, ...Object.fromEntries(gradients) });
      const scored = await evaluation.run(feeds, { logits: null, loss: null });
      results.push({ ...computed, logits: scored['logits']!, evaluated: scored['loss']! });
      await step.dispose();
      await evaluation.dispose();
    }
    expect(results[0]!['loss']).not.toEqual(float32Tensor([]));
    expect(results[0]).toEqual(results[1]);
  });
});
