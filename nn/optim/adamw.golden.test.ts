import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { buildClassifier } from '../models/classifier.js';
import { buildTrainingGraph } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { float32Data, float32Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/safetensors.js';
import { AdamW, ParameterArena } from './index.js';

const golden = (name: string) =>
  readFileSync(new URL(`../goldens/bert-sequence-classification/${name}`, import.meta.url));

interface Expected {
  readonly losses_10_adamw_steps: readonly number[];
  readonly grad_norm: number;
}

describe('AdamW', () => {
  it('gives the losses of ten PyTorch steps, reading and writing the graph in place', async () => {
    const expected = JSON.parse(golden('expected.json').toString()) as Expected;
    const classifier = buildClassifier({
      configJson: JSON.parse(golden('config.json').toString()),
      weights: readSafetensors(golden('model.safetensors')),
      labels: ['a', 'b', 'c'],
      seed: 0,
    });
    const arena = new ParameterArena(classifier.parameters);
    const adamw = new AdamW(arena, {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      decays: () => true,
    });
    const { model } = buildTrainingGraph(classifier, { trainable: () => true });
    const runner = await createRunner(model, { threads: 1 });
    const { input_ids, attention_mask, labels } = Object.fromEntries(
      readSafetensors(golden('case.safetensors')),
    );
    const feeds = {
      input_ids: input_ids!,
      attention_mask: attention_mask!,
      labels: labels!,
      ...Object.fromEntries(arena.region('weights')),
    };
    const gradients = new Map(
      [...arena.region('gradients')].map(([name, tensor]) => [gradientName(name), tensor]),
    );
    const loss = float32Tensor([]);
    const losses: number[] = [];
    for (let step = 0; step < expected.losses_10_adamw_steps.length; step++) {
      await runner.run(feeds, { loss, ...Object.fromEntries(gradients) });
      losses.push(float32Data(loss)[0]!);
      const gradNorm = adamw.gradNorm();
      if (step === 0) expect(gradNorm / expected.grad_norm).toBeCloseTo(1, 4);
      adamw.step({ learningRate: 1e-3, maxGradNorm: null }, gradNorm);
    }
    await runner.dispose();
    losses.forEach((value, step) => {
      expect(Math.abs(value - expected.losses_10_adamw_steps[step]!)).toBeLessThan(1e-5);
    });
  });
});
