import { readFileSync } from 'node:fs';
import { buildClassifier } from '../../models/classifier.js';
import type { Classifier } from '../../models/types.js';
import { Random } from '../../random.js';
import { readSafetensors } from '../../weights/safetensors.js';
import type { Example } from '../example.js';
import type { TrainingRecipe } from '../recipe.js';

const golden = (name: string) =>
  readFileSync(new URL(`../../goldens/bert-sequence-classification/${name}`, import.meta.url));

/** A BERT of 2 layers and 32 units with three labels, and a task it learns in some 40 steps. */
export const tinyModel = {
  configJson: JSON.parse(golden('config.json').toString()) as unknown,
  weights: new Uint8Array(golden('model.safetensors')),
  labels: ['a', 'b', 'c'],
  task: 'sequence-classification' as const,
};

/** A fresh one each time: parameters may be changed. */
export function tinyClassifier(): Classifier {
  return buildClassifier({ ...tinyModel, weights: readSafetensors(tinyModel.weights.slice()), seed: 0 });
}

/** Sequences of 6 to 35 tokens of which four give the label away. */
export function tinyExamples(count: number, seed: number): Example[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const ids = Int32Array.from({ length: 6 + random.below(30) }, () => 20 + random.below(180));
    ids.fill(10 + (i % 3), 1, 5);
    return { ids, target: Int32Array.of(i % 3) };
  });
}

export const tinyRecipe: TrainingRecipe = {
  epochs: 5,
  batchSize: 8,
  learningRate: 3e-3,
  weightDecay: 0.01,
  warmupRatio: 0.1,
  maxGradNorm: 1,
  freeze: 'embeddings',
  evaluationsPerEpoch: 2,
  earlyStopping: null,
  seed: 1,
};
