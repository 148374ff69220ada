import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRunner } from '../exec/createRunner.js';
import type { Runner } from '../exec/runner.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { layInRows, type PackedRows, segmentIds, textStarts } from '../train/packing.js';
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

type Feeds = Readonly<Record<string, Tensor>>;

const PER_TEXT: readonly Task[] = ['sequence-classification', 'question-answering', 'sentence-embedding'];

/** The inputs of a graph for texts in rows, without labels; one text a row where they are only padded. */
function tokensOf({ task }: Model, { ids, targets }: Texts, rows: PackedRows, packed: boolean): Feeds {
  return {
    input_ids: layInRows(ids, rows, 0),
    [packed ? 'segment_ids' : 'attention_mask']: segmentIds(ids, rows),
    ...(packed && PER_TEXT.includes(task) && { text_starts: textStarts(ids, rows) }),
    ...(packed && task === 'seq2seq-lm' && { decoder_segment_ids: segmentIds(targets, rows) }),
  };
}

function labelsOf({ task }: Model, { targets }: Texts, rows: PackedRows): Feeds {
  const order = rows.flatMap((row) => [...row]);
  const column = (at: number) =>
    int64Tensor(
      [order.length],
      BigInt64Array.from(order, (index) => BigInt(targets[index]![at]!)),
    );
  if (task === 'sentence-embedding') return {};
  if (task === 'sequence-classification') return { labels: column(0) };
  if (task === 'question-answering') return { start_positions: column(0), end_positions: column(1) };
  return { labels: layInRows(targets, rows, IGNORED_LABEL) };
}

interface Step {
  readonly runner: Runner;
  readonly packed: boolean;
  readonly names: readonly string[];
}

async function stepOf(model: Model, packed: boolean, options: Partial<TrainingOptions> = {}): Promise<Step> {
  const graph = buildTrainingGraph(model, { trainable: () => true, packed, ...options });
  const runner = await createRunner(graph.model, { threads: 1 });
  return { runner, packed, names: ['loss', ...graph.trainable.map(gradientName)] };
}

/** The mean of the batches' losses, and of their gradients. */
async function meansOf(
  { runner, packed, names }: Step,
  model: Model,
  texts: Texts,
  batches: readonly PackedRows[],
) {
  const means = new Map<string, Tensor>();
  for (const rows of batches) {
    const feeds = { ...tokensOf(model, texts, rows, packed), ...labelsOf(model, texts, rows) };
    const fetches = Object.fromEntries(names.map((name) => [name, null]));
    const results = await runner.run({ ...feeds, ...Object.fromEntries(model.parameters) }, fetches);
    for (const name of names) {
      const before = means.get(name) ?? float32Tensor(results[name]!.dims);
      const share = float32Data(results[name]!).map((value) => value / batches.length);
      means.set(
        name,
        float32Tensor(
          before.dims,
          share.map((value, at) => value + float32Data(before)[at]!),
        ),
      );
    }
  }
  return means;
}

/** One text a row. */
const alone = (texts: Texts): PackedRows => texts.ids.map((_, index) => Int32Array.of(index));

/** A padded batch; of question answering, where an unpacked batch scores its padding, each text by itself. */
const unpackedBatches = ({ task }: Model, texts: Texts): PackedRows[] =>
  task === 'question-answering' ? alone(texts).map((row) => [row]) : [alone(texts)];

/** The texts in their order, so many a row in turn. */
function inOrder(texts: Texts, sizes: readonly number[]): PackedRows {
  const rows: Int32Array[] = [];
  const count = texts.ids.length;
  for (let start = 0; start < count; start += rows.at(-1)!.length) {
    const size = Math.min(sizes[rows.length % sizes.length]!, count - start);
    rows.push(Int32Array.from({ length: size }, (_, place) => start + place));
  }
  return rows;
}

/** A gradient that is nothing but rounding, as that of a key's bias, has no relative error. */
const NOISE = 1e-6;

async function expectSameStep(model: Model, steps: readonly Step[], texts: Texts, rows: PackedRows) {
  const padded = await meansOf(steps[0]!, model, texts, unpackedBatches(model, texts));
  const packed = await meansOf(steps[1]!, model, texts, [rows]);
  expect([...packed.keys()]).toEqual([...padded.keys()]);
  const errorOf = (expected: Tensor, found: Tensor) =>
    largest(expected) < NOISE ? largest(found) : relativeError(found, expected);
  const errors = [...padded].map(([name, expected]) => ({
    name,
    error: errorOf(expected, packed.get(name)!),
  }));
  expect(errors.filter(({ error }) => !(error < 1e-5))).toEqual([]);
}

/** What the evaluation graph says of each text of a batch, in the order of its rows. */
async function scoresOf(model: Model, texts: Texts, batches: readonly PackedRows[], packed: boolean) {
  const { task, graph } = model;
  const runner = await createRunner(buildEvaluationModel(model, { trainable: () => false, packed }), {
    threads: 1,
  });
  const written = task === 'seq2seq-lm' ? texts.targets : texts.ids;
  const names = graph.outputs
    .map(({ name }) => name)
    .filter((name) => task === 'sentence-embedding' || name !== 'embedding');
  const scores: number[] = [];
  for (const rows of batches) {
    const decoder = task === 'seq2seq-lm' && { decoder_input_ids: layInRows(texts.targets, rows, 0) };
    const feeds = { ...tokensOf(model, texts, rows, packed), ...decoder };
    const results = await runner.run(feeds, Object.fromEntries(names.map((name) => [name, null])));
    const starts = Array.from(textStarts(written, rows).data, Number);
    for (const [at, index] of rows.flatMap((row) => [...row]).entries()) {
      for (const name of names) {
        const { dims } = results[name]!;
        const [unit, start] = [dims.at(-1)!, PER_TEXT.includes(task) ? at : starts[at]!];
        const length = task === 'question-answering' || !PER_TEXT.includes(task) ? written[index]!.length : 1;
        const from = start * unit;
        const values =
          task === 'question-answering' ? length : PER_TEXT.includes(task) ? unit : length * unit;
        scores.push(...float32Data(results[name]!).subarray(from, from + values));
      }
    }
  }
  await runner.dispose();
  return scores;
}

describe.each(names)('%s', (name) => {
  const model = modelOf(name);

  it('has the loss and the gradients of padded texts when they share rows', async () => {
    const steps = [await stepOf(model, false), await stepOf(model, true)];
    const length = fc.integer({ min: 2, max: 12 });
    const drawing = fc.record({
      pairs: fc.array(fc.tuple(length, length), { minLength: 1, maxLength: 5 }),
      sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(drawing, async ({ pairs, sizes, seed }) => {
        const texts = drawTexts(model, pairs.flat(), seed);
        await expectSameStep(model, steps, texts, inOrder(texts, sizes));
      }),
      { numRuns: 6 },
    );
    for (const { runner } of steps) await runner.dispose();
  }, 30_000);

  it('scores each text as if it were alone', async () => {
    const texts = drawTexts(model, [5, 1, 8, 3], 11);
    const rows = [Int32Array.of(3, 0, 1), Int32Array.of(2)];
    const single = rows.flatMap((row) => Array.from(row, (index) => [Int32Array.of(index)]));
    const packed = await scoresOf(model, texts, [rows], true);
    const expected = await scoresOf(model, texts, single, false);
    expect(packed).toHaveLength(expected.length);
    packed.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 4);
    });
  });
});

describe('packed texts', () => {
  it('have the triplet loss of padded ones', async () => {
    const model = modelOf('bert-sentence-embedding');
    const loss = { kind: 'triplet' } as const;
    const steps = [await stepOf(model, false, { loss }), await stepOf(model, true, { loss })];
    const texts = drawTexts(model, [3, 7, 2, 5, 5, 1], 3);
    await expectSameStep(model, steps, texts, inOrder(texts, [4, 2]));
    for (const { runner } of steps) await runner.dispose();
  });

  it('have the same bits where activations are computed twice', async () => {
    const model = modelOf('llama-causal-lm');
    const recomputeFor = { batch: 2, sequence: 64, texts: 8 };
    const steps = [await stepOf(model, true), await stepOf(model, true, { recomputeFor })];
    const texts = drawTexts(model, [3, 7, 2, 5, 5, 1], 3);
    const rows = inOrder(texts, [4, 2]);
    const [kept, again] = [
      await meansOf(steps[0]!, model, texts, [rows]),
      await meansOf(steps[1]!, model, texts, [rows]),
    ];
    for (const [name, tensor] of kept) expect(again.get(name)).toEqual(tensor);
    for (const { runner } of steps) await runner.dispose();
  });
});
