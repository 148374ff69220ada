import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRunner } from '../exec/createRunner.js';
import type { Runner } from '../exec/runner.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { segmentRows, startsInRows } from '../train/tasks/packedRows.js';
import { column, labelRows, padRows, tokenBatch } from '../train/tasks/rows.js';
import { readSafetensors } from '../weights/index.js';
import { buildModel, taskOf } from './buildModel.js';
import { IGNORED_LABEL } from './losses/crossEntropy.js';
import { buildEvaluationModel, buildTrainingGraph, type TrainingOptions } from './training.js';
import { gradientName, type Model, type Task } from './types.js';
import { largest, relativeError } from './verification/relativeError.js';

const goldens = new URL('../goldens/', import.meta.url);
const names = readdirSync(goldens).filter((name) => /^(bert|roberta|gpt2|llama|t5)-/.test(name));

function modelOf(name: string): Model {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, goldens));
  const configJson = JSON.parse(read('config.json').toString()) as unknown;
  const weights = readSafetensors(read('model.safetensors'));
  return buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 });
}

/** Texts with what is right for them: a class, a label of each token, the ends of an answer or the tokens to write. */
interface Texts {
  readonly ids: Int32Array[];
  readonly targets: Int32Array[];
}

function drawTexts({ task, labels }: Model, lengths: readonly number[], seed: number): Texts {
  const random = new Random(seed);
  const draw = (length: number, below: number, from = 0) =>
    Int32Array.from({ length }, () => from + random.below(below));
  const targetOf: Record<Model['task'], (ids: Int32Array) => Int32Array> = {
    'sequence-classification': () => draw(1, labels.length),
    'token-classification': (ids) =>
      ids.map((_, at) => (at > 0 && random.below(3) === 0 ? IGNORED_LABEL : random.below(labels.length))),
    'question-answering': ({ length }) => draw(2, length),
    'masked-lm': (ids) => ids.map((id, at) => (at > 0 && random.below(3) > 0 ? IGNORED_LABEL : id)),
    'causal-lm': (ids) => ids.map((id, at) => (at > 1 && random.below(4) === 0 ? IGNORED_LABEL : id)),
    'seq2seq-lm': () => draw(1 + random.below(7), 50, 4),
    'sentence-embedding': () => draw(0, 1),
  };
  const ids = lengths.map((length) => draw(length, 50, 4));
  return { ids, targets: ids.map(targetOf[task]) };
}

/** How many texts stand in each row; null for padded ones. */
type RowSizes = readonly number[] | null;

/** The inputs of a graph for texts in their order. */
function feedsOf({ task }: Model, { ids, targets }: Texts, rowSizes: RowSizes): Record<string, Tensor> {
  const { feeds } = tokenBatch(ids, rowSizes);
  if (task === 'sentence-embedding') return feeds;
  if (task === 'sequence-classification') return { ...feeds, labels: column(targets, 0) };
  if (task === 'question-answering')
    return { ...feeds, start_positions: column(targets, 0), end_positions: column(targets, 1) };
  const written = rowSizes && task === 'seq2seq-lm' ? padRows(segmentRows(targets, rowSizes), 0) : undefined;
  return {
    ...feeds,
    labels: labelRows(targets, rowSizes),
    ...(written && { decoder_segment_ids: written }),
  };
}

interface Step {
  readonly runner: Runner;
  readonly names: readonly string[];
}

async function stepOf(model: Model, packed: boolean, options: Partial<TrainingOptions> = {}): Promise<Step> {
  const graph = buildTrainingGraph(model, { trainable: () => true, packed, ...options });
  const runner = await createRunner(graph.model, { threads: 1 });
  return { runner, names: ['loss', ...graph.trainable.map(gradientName)] };
}

/** Loss and gradients by name, the means over batches. */
async function meansOf(
  { runner, names }: Step,
  { parameters }: Model,
  batches: readonly Record<string, Tensor>[],
) {
  const means = new Map<string, Tensor>();
  for (const feeds of batches) {
    const fetches = Object.fromEntries(names.map((name) => [name, null]));
    const results = await runner.run({ ...feeds, ...Object.fromEntries(parameters) }, fetches);
    for (const name of names) {
      const before = means.get(name) ?? float32Tensor(results[name]!.dims);
      const sum = float32Data(results[name]!).map(
        (value, at) => float32Data(before)[at]! + value / batches.length,
      );
      means.set(name, float32Tensor(before.dims, sum));
    }
  }
  return means;
}

/** Each text by itself. */
const alone = ({ ids, targets }: Texts): Texts[] =>
  ids.map((text, at) => ({ ids: [text], targets: [targets[at]!] }));

/** So many texts a row, in turn. */
function rowSizesOf({ ids }: Texts, turns: readonly number[]): number[] {
  const sizes: number[] = [];
  for (let left = ids.length; left > 0; left -= sizes.at(-1)!)
    sizes.push(Math.min(turns[sizes.length % turns.length]!, left));
  return sizes;
}

/** A gradient that is nothing but rounding, as that of a key's bias, has no relative error. */
const NOISE = 1e-6;

async function expectSameStep(
  model: Model,
  [padded, packed]: readonly [Step, Step],
  texts: Texts,
  turns: number[],
) {
  // An unpacked batch scores its padding as answers, so that there each text stands by itself.
  const apart = model.task === 'question-answering' ? alone(texts) : [texts];
  const wanted = await meansOf(
    padded,
    model,
    apart.map((batch) => feedsOf(model, batch, null)),
  );
  const found = await meansOf(packed, model, [feedsOf(model, texts, rowSizesOf(texts, turns))]);
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  const errors = [...wanted].map(([name, expected]) => {
    const actual = found.get(name)!;
    return { name, error: largest(expected) < NOISE ? largest(actual) : relativeError(actual, expected) };
  });
  expect(errors.filter(({ error }) => !(error < 1e-5))).toEqual([]);
}

const PER_TEXT: readonly Task[] = ['sequence-classification', 'question-answering', 'sentence-embedding'];

/** What an evaluation graph says of the texts, in their order. */
async function scoresOf(runner: Runner, model: Model, texts: Texts, rowSizes: RowSizes): Promise<number[]> {
  const { task, graph } = model;
  const names = graph.outputs
    .map(({ name }) => name)
    .filter((name) => task === 'sentence-embedding' || name !== 'embedding');
  const fetches = Object.fromEntries(names.map((name) => [name, null]));
  const results = await runner.run(feedsOf(model, texts, rowSizes), fetches);
  const scored = task === 'seq2seq-lm' ? texts.targets : texts.ids;
  return names.flatMap((name) => {
    const { dims } = results[name]!;
    const unit = dims.at(-1)!;
    const sizes = rowSizes ?? scored.map(() => 1);
    const starts = PER_TEXT.includes(task)
      ? scored.map((_, at) => at)
      : Array.from(startsInRows(scored, sizes, dims[1]!).data, Number);
    return scored.flatMap(({ length }, at) => {
      const values = task === 'question-answering' ? length : PER_TEXT.includes(task) ? unit : length * unit;
      return [...float32Data(results[name]!).subarray(starts[at]! * unit, starts[at]! * unit + values)];
    });
  });
}

describe.each(names)('%s', (name) => {
  const model = modelOf(name);

  it('has the loss and the gradients of padded texts when they share rows', async () => {
    const steps = [await stepOf(model, false), await stepOf(model, true)] as const;
    const length = fc.integer({ min: 2, max: 12 });
    const drawing = fc.record({
      pairs: fc.array(fc.tuple(length, length), { minLength: 1, maxLength: 5 }),
      turns: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(drawing, async ({ pairs, turns, seed }) => {
        await expectSameStep(model, steps, drawTexts(model, pairs.flat(), seed), turns);
      }),
      { numRuns: 6 },
    );
    for (const { runner } of steps) await runner.dispose();
  }, 30_000);

  it('scores each text as if it were alone', async () => {
    const texts = drawTexts(model, [5, 2, 8, 3], 11);
    const [padded, packed] = [false, true].map((packed) =>
      buildEvaluationModel(model, { trainable: () => false, packed }),
    );
    const runners = [
      await createRunner(padded!, { threads: 1 }),
      await createRunner(packed!, { threads: 1 }),
    ];
    // A contrastive loss needs pairs.
    const apart = model.task === 'sentence-embedding' ? [texts] : alone(texts);
    const expected: number[][] = [];
    for (const text of apart) expected.push(await scoresOf(runners[0]!, model, text, null));
    const found = await scoresOf(runners[1]!, model, texts, [3, 1]);
    for (const runner of runners) await runner.dispose();
    expect(found).toHaveLength(expected.flat().length);
    // Of question answering all starts come first.
    const outputs = model.task === 'question-answering' ? 2 : 1;
    const wanted = Array.from({ length: outputs }, (_, output) =>
      expected.flatMap((values) =>
        values.slice((output * values.length) / outputs, ((output + 1) * values.length) / outputs),
      ),
    ).flat();
    found.forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[at]!, 4);
    });
  });
});

describe('packed texts', () => {
  it('have the triplet loss of padded ones', async () => {
    const model = modelOf('bert-sentence-embedding');
    const loss = { kind: 'triplet' } as const;
    const steps = [await stepOf(model, false, { loss }), await stepOf(model, true, { loss })] as const;
    await expectSameStep(model, steps, drawTexts(model, [3, 7, 2, 5, 5, 1], 3), [4, 2]);
    for (const { runner } of steps) await runner.dispose();
  });

  it('have the same bits where activations are computed twice', async () => {
    const model = modelOf('llama-causal-lm');
    const recomputeFor = { batch: 2, sequence: 64, texts: 8 };
    const steps = [await stepOf(model, true), await stepOf(model, true, { recomputeFor })];
    const feeds = feedsOf(model, drawTexts(model, [3, 7, 2, 5, 5, 1], 3), [4, 2]);
    const [kept, again] = [
      await meansOf(steps[0]!, model, [feeds]),
      await meansOf(steps[1]!, model, [feeds]),
    ];
    for (const [name, tensor] of kept) expect(again.get(name)).toEqual(tensor);
    for (const { runner } of steps) await runner.dispose();
  });
});
