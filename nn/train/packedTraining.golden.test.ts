import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildModel, taskOf } from '../models/buildModel.js';
import type { Model, Task } from '../models/types.js';
import { Random } from '../random.js';
import { readSafetensors, writeSafetensors } from '../weights/index.js';
import type { Example } from './example.js';
import type { TrainingRecipe } from './recipe.js';
import { tinyRecipe } from './testing/tinyRun.js';
import { TrainingSession } from './trainingSession.js';
import { trainToEnd } from './trainToEnd.js';

const GOLDENS = [
  'bert-sequence-classification',
  'bert-token-classification',
  'bert-question-answering',
  'bert-masked-lm',
  'bert-sentence-embedding',
  'roberta-sequence-classification',
  'roberta-masked-lm',
  'gpt2-sequence-classification',
  'gpt2-causal-lm',
  'llama-sequence-classification',
  'llama-causal-lm',
  't5-seq2seq',
];

function modelOf(golden: string): Model {
  const read = (file: string) => readFileSync(new URL(`../goldens/${golden}/${file}`, import.meta.url));
  const configJson = JSON.parse(read('config.json').toString()) as unknown;
  const weights = readSafetensors(read('model.safetensors'));
  return buildModel({ configJson, weights, task: taskOf(configJson), seed: 1 });
}

/** An example whose text has one to twelve words between two; answers and words to write lie inside it. */
function draw({ task, labels }: Model, random: Random): Example {
  // An unpacked batch scores its padding as answers, which texts of one length have none of.
  const length = task === 'question-answering' ? 9 : 3 + random.below(12);
  const text = (words: number) => Int32Array.from({ length: words }, () => 10 + random.below(30));
  const ids = text(length);
  const start = random.below(length);
  const targets: Record<Task, () => Int32Array> = {
    'sequence-classification': () => Int32Array.of(random.below(labels.length)),
    'token-classification': () => ids.map(() => random.below(labels.length)),
    'question-answering': () => Int32Array.of(start, start + random.below(length - start)),
    'masked-lm': () => new Int32Array(0),
    'causal-lm': () => new Int32Array(0),
    'seq2seq-lm': () => text(1 + random.below(6)),
    'sentence-embedding': () => new Int32Array(0),
  };
  const companions = task === 'sentence-embedding' ? [text(3 + random.below(12))] : [];
  return { ids, target: targets[task](), companions };
}

function optionsOf(golden: string, count: number, changes: Partial<TrainingRecipe> = {}) {
  const model = modelOf(golden);
  const random = new Random(5);
  const examples = (size: number) => Array.from({ length: size }, () => draw(model, random));
  const masking = { maskId: 4, specialIds: [0, 1, 2, 3, 4], probability: 0.3 };
  const recipe: TrainingRecipe = { ...tinyRecipe, freeze: 'none', masking, ...changes };
  return { model, train: examples(count), validation: examples(6), recipe, threads: 1 };
}

describe.each(GOLDENS)('training %s on packed rows', (golden) => {
  it('has the losses of the run on padded ones', async () => {
    // With one batch an epoch both runs have the same batches, in another order of their examples.
    const changes = { epochs: 10, batchSize: 20, learningRate: 1e-3 };
    const padded = await trainToEnd(optionsOf(golden, 20, changes));
    const packed = await trainToEnd(optionsOf(golden, 20, { ...changes, packing: true }));
    expect(packed.lossHistory).toHaveLength(10);
    expect(packed.paddingShare).toBeLessThanOrEqual(padded.paddingShare);
    packed.lossHistory.forEach((loss, step) => {
      expect(Math.abs(loss - padded.lossHistory[step]!)).toBeLessThan(1e-5);
    });
  });

  it('ends bit-identical when it is cut and resumed, also in micro-batches', async () => {
    const divisible = golden !== 'bert-sentence-embedding';
    const options = optionsOf(golden, 50, {
      epochs: 2,
      packing: true,
      ...(divisible && { microBatchSize: 3 }),
    });
    const session = await TrainingSession.create(options);
    for (let step = 0; step < 9; step += 1) await session.step();
    const resumeFrom = session.checkpoint();
    while (!session.done) await session.step();
    const whole = session.result();
    await session.dispose();
    const resumed = await trainToEnd({ ...options, resumeFrom });
    expect(Buffer.compare(writeSafetensors(resumed.weights), writeSafetensors(whole.weights))).toBe(0);
    expect([...resumed.lossHistory]).toEqual([...whole.lossHistory]);
    expect(resumed.paddingShare).toBe(whole.paddingShare);
  });
});

describe('training on packed rows in half precision', () => {
  it.each(['float16', 'bfloat16'] as const)(
    'has the first losses of padded rows in %s',
    async (precision) => {
      const changes = { epochs: 3, batchSize: 20, learningRate: 1e-3, precision };
      for (const golden of ['roberta-masked-lm', 'bert-sentence-embedding', 't5-seq2seq']) {
        const padded = await trainToEnd(optionsOf(golden, 20, changes));
        const packed = await trainToEnd(optionsOf(golden, 20, { ...changes, packing: true }));
        packed.lossHistory.forEach((loss, step) => {
          expect(Math.abs(loss - padded.lossHistory[step]!)).toBeLessThan(2e-3);
        });
      }
    },
    60_000,
  );
});
