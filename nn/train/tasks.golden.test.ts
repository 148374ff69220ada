import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mergeLora } from '../adapters/index.js';
import { buildModel } from '../models/buildModel.js';
import type { Model, Task } from '../models/types.js';
import { Random } from '../random.js';
import { readSafetensors, writeSafetensors } from '../weights/index.js';
import type { Example } from './example.js';
import type { TrainingRecipe } from './recipe.js';
import { tinyRecipe } from './testing/tinyRun.js';
import type { TrainingResult } from './trainingRun.js';
import { TrainingSession } from './trainingSession.js';
import { trainToEnd } from './trainToEnd.js';

/** Tokens of the texts; those below are special in one of the models or another. */
const FIRST = 10;
const WORDS = 30;

interface TaskCase {
  readonly golden: string;
  readonly task: Task;
  readonly labels?: readonly string[];
  readonly recipe?: Partial<TrainingRecipe>;
  readonly example: (random: Random) => Example;
  readonly metric: string;
  /** What the best evaluation must reach, far above guessing. */
  readonly atLeast: number;
}

const words = (random: Random, length: number, distinct = WORDS) =>
  Int32Array.from({ length }, () => FIRST + random.below(distinct));
const none = new Int32Array(0);

/** A word, and then always the one after it. */
function counting(random: Random, length: number): Int32Array {
  const start = random.below(6);
  return Int32Array.from({ length }, (_, at) => FIRST + ((start + at) % 6));
}

const CASES: readonly TaskCase[] = [
  {
    golden: 'bert-token-classification',
    task: 'token-classification',
    labels: ['O', 'B-X', 'I-X'],
    example: (random) => {
      const ids = words(random, 6 + random.below(10), WORDS - 2).map((id) => id + 2);
      const at = 1 + random.below(ids.length - 2);
      ids[at] = FIRST;
      ids[at + 1] = FIRST + 1;
      const target = Int32Array.from(ids, (_, i) => (i === at ? 1 : i === at + 1 ? 2 : 0));
      target[0] = -100;
      return { ids, target };
    },
    metric: 'entityF1',
    atLeast: 0.8,
  },
  {
    golden: 'bert-question-answering',
    task: 'question-answering',
    example: (random) => {
      const ids = words(random, 6 + random.below(10), WORDS - 2).map((id) => id + 2);
      const start = random.below(ids.length - 1);
      ids[start] = FIRST;
      ids[start + 1] = FIRST + 1;
      return { ids, target: Int32Array.of(start, start + 1) };
    },
    metric: 'spanF1',
    atLeast: 0.8,
  },
  {
    golden: 'bert-masked-lm',
    task: 'masked-lm',
    recipe: { masking: { maskId: 4, specialIds: [0, 1, 2, 3, 4], probability: 0.15 } },
    example: (random) => ({ ids: counting(random, 12), target: none }),
    metric: 'negativeLoss',
    atLeast: -2,
  },
  {
    golden: 'gpt2-causal-lm',
    task: 'causal-lm',
    example: (random) => ({ ids: counting(random, 4 + random.below(8)), target: none }),
    metric: 'negativeLoss',
    atLeast: -1.2,
  },
  {
    golden: 'llama-causal-lm',
    task: 'causal-lm',
    example: (random) => {
      const ids = counting(random, 4 + random.below(8));
      return { ids, target: ids.map((id, at) => (at < 2 ? -100 : id)) };
    },
    metric: 'negativeLoss',
    atLeast: -1.2,
  },
  {
    golden: 't5-seq2seq',
    task: 'seq2seq-lm',
    example: (random) => {
      const ids = words(random, 3 + random.below(4), 6);
      return { ids, target: Int32Array.of(ids[0]!, ids[0]!, 1) };
    },
    metric: 'negativeLoss',
    atLeast: -1.5,
  },
  {
    golden: 'bert-sentence-embedding',
    task: 'sentence-embedding',
    example: (random) => {
      const topic = FIRST + random.below(WORDS);
      const text = () => words(random, 5).map((id, at) => (at < 3 ? topic : id));
      return { ids: text(), target: none, companions: [text()] };
    },
    metric: 'retrievalAccuracy',
    atLeast: 0.5,
  },
  {
    golden: 'bert-sentence-embedding',
    task: 'sentence-embedding',
    recipe: { loss: { kind: 'triplet', margin: 1 } },
    example: (random) => {
      const topic = random.below(WORDS);
      const other = (topic + 1 + random.below(WORDS - 1)) % WORDS;
      const text = (about: number) => words(random, 5).map((id, at) => (at < 3 ? FIRST + about : id));
      return { ids: text(topic), target: none, companions: [text(topic), text(other)] };
    },
    metric: 'retrievalAccuracy',
    atLeast: 0.9,
  },
];

function modelOf({ golden, task, labels }: Pick<TaskCase, 'golden' | 'task' | 'labels'>): Model {
  const read = (file: string) => readFileSync(new URL(`../goldens/${golden}/${file}`, import.meta.url));
  return buildModel({
    configJson: JSON.parse(read('config.json').toString()) as unknown,
    weights: readSafetensors(read('model.safetensors')),
    task,
    ...(labels && { labels }),
    seed: 1,
  });
}

function optionsOf(given: TaskCase, recipe: Partial<TrainingRecipe> = {}) {
  const examples = (count: number, seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => given.example(random));
  };
  return {
    model: modelOf(given),
    train: examples(120, 1),
    validation: examples(30, 2),
    recipe: {
      ...tinyRecipe,
      epochs: 8,
      learningRate: 1e-2,
      freeze: 'none' as const,
      ...given.recipe,
      ...recipe,
    },
    threads: 1,
  };
}

const bytesOf = (result: TrainingResult) => Buffer.from(writeSafetensors(result.weights));
const named = CASES.map((given) => [`${given.golden} ${given.recipe?.loss?.kind ?? ''}`, given] as const);

describe.each(named)('training %s', (_, given) => {
  it('learns, and ends bit-identical when it is cut and resumed', async () => {
    const options = optionsOf(given);
    const session = await TrainingSession.create(options);
    for (let step = 0; step < 20; step += 1) await session.step();
    const resumeFrom = session.checkpoint();
    while (!session.done) await session.step();
    const whole = session.result();
    await session.dispose();
    expect(whole.metric).toBe(given.metric);
    expect(whole.bestScore).toBeGreaterThan(given.atLeast);
    const resumed = await trainToEnd({ ...options, resumeFrom });
    expect(bytesOf(resumed).equals(bytesOf(whole))).toBe(true);
    expect(resumed.validationHistory).toEqual(whole.validationHistory);
  }, 60_000);

  it('takes the same first steps in micro-batches, or refuses where texts are compared', async () => {
    const parts = trainToEnd(optionsOf(given, { epochs: 1, microBatchSize: 3 }));
    if (given.task === 'sentence-embedding') {
      await expect(parts).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
      return;
    }
    const [divided, once] = [await parts, await trainToEnd(optionsOf(given, { epochs: 1 }))];
    for (let step = 0; step < 3; step += 1)
      expect(divided.lossHistory[step]).toBeCloseTo(once.lossHistory[step]!, 4);
  });
});

describe('a LoRA adapter', () => {
  const CLASSIFIERS = ['bert', 'roberta', 'gpt2', 'llama'].map((family) => ({
    golden: `${family}-sequence-classification`,
    task: 'sequence-classification' as const,
    labels: ['a', 'b', 'c'],
    example: (random: Random): Example => {
      const label = random.below(3);
      const ids = words(random, 6 + random.below(10), WORDS - 3).map((id) => id + 3);
      return { ids: ids.fill(FIRST + label, 1, 5), target: Int32Array.of(label) };
    },
    metric: 'macroF1',
    atLeast: 0.85,
  }));

  it.each(CLASSIFIERS.map((given) => [given.golden, given] as const))(
    'of %s learns, leaves the base as it was and ends bit-identical when it is resumed',
    async (_, given) => {
      const options = optionsOf(given, { lora: { rank: 4, alpha: 16 }, learningRate: 2e-2 });
      const session = await TrainingSession.create(options);
      for (let step = 0; step < 20; step += 1) await session.step();
      const resumeFrom = session.checkpoint();
      while (!session.done) await session.step();
      const whole = session.result();
      await session.dispose();
      expect(whole.bestScore).toBeGreaterThan(given.atLeast);
      expect(bytesOf(await trainToEnd({ ...options, resumeFrom })).equals(bytesOf(whole))).toBe(true);
      const fresh = modelOf(given).parameters;
      const merged = { ...whole, weights: mergeLora(fresh, whole.adapter!) };
      expect(bytesOf(merged).equals(bytesOf(whole))).toBe(true);
      const bytes = (tensor: { data: ArrayBufferView }) =>
        Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
      const changed = [...fresh].filter(
        ([name, tensor]) => !bytes(tensor).equals(bytes(whole.weights.get(name)!)),
      );
      const names = /query|value|c_attn|q_proj|v_proj|classifier|score/;
      expect(changed.length).toBeGreaterThan(2);
      expect(changed.map(([name]) => name).filter((name) => !names.test(name))).toEqual([]);
    },
    60_000,
  );
});

describe('examples of a task', () => {
  const refusal = (given: Pick<TaskCase, 'golden' | 'task' | 'labels'>, example: Example, recipe = {}) =>
    expect(
      TrainingSession.create({
        model: modelOf(given),
        train: [example],
        validation: [],
        recipe: { ...tinyRecipe, ...recipe },
        threads: 1,
      }),
    ).rejects;
  const ids = Int32Array.of(10, 11, 12);
  const of = (...target: number[]) => ({ ids, target: Int32Array.from(target) });
  const tagger = {
    golden: 'bert-token-classification',
    task: 'token-classification' as const,
    labels: ['O', 'B-X'],
  };
  const reader = { golden: 'bert-question-answering', task: 'question-answering' as const };
  const writer = { golden: 'gpt2-causal-lm', task: 'causal-lm' as const };
  const embedder = { golden: 'bert-sentence-embedding', task: 'sentence-embedding' as const };

  it('are refused where the model cannot have their target', async () => {
    await refusal(tagger, of(0, 1)).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refusal(tagger, of(0, 1, 2)).toMatchObject({ code: 'LABEL_UNKNOWN' });
    await refusal(tagger, of(-100, -100, -100)).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refusal(reader, of(1, 3)).toMatchObject({ code: 'LABEL_UNKNOWN' });
    await refusal(reader, of(2, 1)).toMatchObject({ code: 'LABEL_UNKNOWN' });
    await refusal(writer, of(10, 11, 99_999)).toMatchObject({ code: 'LABEL_UNKNOWN' });
    await refusal(writer, of(10, -100, -100)).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refusal(embedder, of()).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refusal({ golden: 'bert-masked-lm', task: 'masked-lm' }, of()).toMatchObject({
      message: expect.stringMatching(/masking/),
    });
  });
});
