import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/onnxRuntime.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { exportOnnx } from './buildModel.js';
import { buildClassifier } from './classifier.js';
import { buildTrainingGraph } from './training.js';
import { gradientName } from './types.js';

const folder = new URL('../goldens/bert-sequence-classification/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder));
const weights = readSafetensors(read('model.safetensors'));
const reference = readSafetensors(read('case.safetensors'));
const gradients = readSafetensors(read('gradients.safetensors'));
const { loss } = JSON.parse(read('expected.json').toString()) as { loss: number };

const classifier = buildClassifier({
  configJson: JSON.parse(read('config.json').toString()),
  weights,
  labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
  seed: 1,
});
const tokens = { input_ids: reference.get('input_ids')!, attention_mask: reference.get('attention_mask')! };

/** Largest difference relative to the reference's largest value. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const [a, e] = [float32Data(actual), float32Data(expected)];
  const scale = e.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return e.reduce((most, value, index) => Math.max(most, Math.abs(value - a[index]!)), 0) / scale;
}

const largest = (tensor: Tensor) =>
  float32Data(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('BERT sequence classification against PyTorch', () => {
  it('the exported model gives the reference logits', async () => {
    const runner = await createRunner(exportOnnx(classifier), { threads: 2 });
    const { logits, embedding } = await runner.run(tokens, { logits: null, embedding: null });
    expect(relativeError(logits!, reference.get('logits')!)).toBeLessThan(1e-4);
    expect(embedding!.dims).toEqual([3, 32]);
    await runner.dispose();
  });

  it('the training graph gives the reference loss and every gradient', async () => {
    const { model, trainable } = buildTrainingGraph(classifier, { trainable: () => true });
    const runner = await createRunner(model, { threads: 2 });
    const feeds = {
      ...tokens,
      labels: reference.get('labels')!,
      ...Object.fromEntries(classifier.parameters),
    };
    const names = trainable.map(gradientName);
    const results = await runner.run(feeds, {
      loss: null,
      logits: null,
      ...Object.fromEntries(names.map((name) => [name, null])),
    });
    await runner.dispose();
    expect(relativeError(results['loss']!, float32Tensor([], Float32Array.of(loss)))).toBeLessThan(1e-4);
    expect(relativeError(results['logits']!, reference.get('logits')!)).toBeLessThan(1e-4);
    expect([...trainable].sort()).toEqual([...gradients.keys()].sort());
    const errors = trainable
      .filter((name) => largest(gradients.get(name)!) >= 1e-6)
      .map((name) => [name, relativeError(results[gradientName(name)]!, gradients.get(name)!)] as const);
    expect(errors.filter(([, error]) => !(error < 1e-3))).toEqual([]);
  });
});
