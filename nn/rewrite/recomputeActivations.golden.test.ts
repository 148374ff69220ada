import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { decodeModel } from '../graph/decode.js';
import { buildClassifier } from '../models/classifier.js';
import { buildTrainingGraph } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { graphFlops } from '../ops/cost.js';
import { float32Data } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { graphMemory } from './graphMemory.js';

const folder = new URL('../goldens/bert-sequence-classification/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const reference = readSafetensors(read('case.safetensors'));
/** The golden's first layer, six times: how much is saved depends on the depth. */
const weights = new Map(
  [...readSafetensors(read('model.safetensors'))].flatMap(([name, tensor]) =>
    name.includes('.layer.0.')
      ? Array.from({ length: 6 }, (_, layer) => [name.replace('.0.', `.${layer}.`), tensor] as const)
      : [[name, tensor] as const],
  ),
);
const classifier = buildClassifier({
  configJson: { ...(JSON.parse(read('config.json').toString()) as object), num_hidden_layers: 6 },
  weights,
  labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
  seed: 1,
});
const lengths = { batch: 16, sequence: 32 };
const trainable = (name: string) => !name.startsWith('bert.embeddings.');
const kept = buildTrainingGraph(classifier, { trainable });
const again = buildTrainingGraph(classifier, { trainable, recomputeFor: lengths });

const results = async (model: Uint8Array) => {
  const runner = await createRunner(model, { threads: 1 });
  const feeds = Object.fromEntries(
    ['input_ids', 'attention_mask', 'labels'].map((name) => [name, reference.get(name)!]),
  );
  const parameters = Object.fromEntries(
    kept.trainable.map((name) => [name, classifier.parameters.get(name)!]),
  );
  const outputs = ['loss', ...kept.trainable.map(gradientName)];
  const found = await runner.run(
    { ...feeds, ...parameters },
    Object.fromEntries(outputs.map((name) => [name, null])),
  );
  await runner.dispose();
  return outputs.map((name) => [name, Array.from(float32Data(found[name]!))]);
};

describe('recomputed activations', () => {
  it('give the same loss and gradients, bit for bit', async () => {
    expect(await results(again.model)).toEqual(await results(kept.model));
  });

  it('take at most 60 % of the memory for at most 25 % more operations', () => {
    const [before, after] = [decodeModel(kept.model).graph, decodeModel(again.model).graph];
    expect(graphMemory(after, lengths)).toBeLessThan(0.6 * graphMemory(before, lengths));
    expect(graphFlops(after, lengths)).toBeLessThanOrEqual(1.25 * graphFlops(before, lengths));
    expect(after.nodes.length).toBeGreaterThan(before.nodes.length);
  });
});
