import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { decodeModel } from '../graph/decode.js';
import { splitOperator } from '../graph/opset.js';
import { graphFlops } from '../ops/cost.js';
import { float32Data, int64Tensor, type Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { exportOnnx } from './buildModel.js';
import { buildClassifier } from './classifier.js';
import { buildEvaluationModel, buildTrainingGraph } from './training.js';
import { gradientName } from './types.js';

const folder = new URL('../goldens/bert-sequence-classification/', import.meta.url);
const configJson = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8')) as Record<
  string,
  unknown
>;
const weights = readSafetensors(readFileSync(new URL('model.safetensors', folder)));
const labels = ['ham', 'spam', 'other'];
const build = (changes: Partial<Parameters<typeof buildClassifier>[0]> = {}) =>
  buildClassifier({ configJson, weights, labels, seed: 7, ...changes });

const longs = (rows: readonly (readonly number[])[]): Tensor =>
  int64Tensor([rows.length, rows[0]!.length], BigInt64Array.from(rows.flat(), BigInt));

const encoderOnly = new Map(
  [...weights]
    .filter(([name]) => !name.startsWith('classifier.') && !name.includes('pooler'))
    .map(([name, tensor]) => [name.replace('bert.', ''), tensor]),
);

describe('building a classifier', () => {
  it('takes names without the bert. prefix and keeps Hugging Face names with it', () => {
    const { parameters } = build({ weights: encoderOnly });
    expect([...parameters.keys()].sort()).toEqual([...weights.keys()].sort());
  });

  it('draws a missing head from the seed and nothing else', () => {
    const head = (seed: number) => build({ weights: encoderOnly, seed }).parameters.get('classifier.weight')!;
    expect(head(1)).toEqual(head(1));
    expect(head(1)).not.toEqual(head(2));
    expect([...build({ weights: encoderOnly }).parameters.get('classifier.bias')!.data]).toEqual([0, 0, 0]);
  });

  it('replaces a head of another number of labels', () => {
    expect(build({ labels: ['ham', 'spam'] }).parameters.get('classifier.weight')!.dims).toEqual([2, 32]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['another architecture', { model_type: 'xlnet' }, /model_type must be "bert" or .* found "xlnet"/],
    ['another activation', { hidden_act: 'gelu_new' }, /hidden_act must be "gelu"/],
    ['relative positions', { position_embedding_type: 'relative_key' }, /position_embedding_type/],
    ['a decoder', { is_decoder: true }, /is_decoder/],
    ['no size', { hidden_size: undefined }, /hidden_size must be a whole number .* found nothing/],
    ['an absurd size', { vocab_size: 1e12 }, /vocab_size/],
    ['heads that do not divide', { num_attention_heads: 5 }, /multiple of num_attention_heads/],
    ['another size than the weights', { intermediate_size: 65 }, /needs 'bert.encoder.layer.0.intermediate/],
  ])('refuses %s, saying what it found', (_, changes, message) => {
    const attempt = () => build({ configJson: { ...configJson, ...changes } });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: 'BASE_MODEL_UNSUPPORTED' }));
  });

  it.each([[[]], [['one']], [['same', 'same']]])('refuses the labels %j', (bad) => {
    expect(() => build({ labels: bad })).toThrow(expect.objectContaining({ code: 'LABEL_UNKNOWN' }));
  });
});

describe('the exported model', () => {
  const file = exportOnnx(build());

  it('holds standard operators only, the weights under their names and the labels', () => {
    const { graph, metadata } = decodeModel(file);
    expect(new Set(graph.nodes.map(({ op }) => splitOperator(op).domain))).toEqual(new Set(['']));
    expect([...graph.initializers.keys()]).toEqual(expect.arrayContaining([...weights.keys()]));
    expect(JSON.parse(metadata['labels']!)).toEqual(labels);
  });

  it('gives a text the same scores and embedding however much padding its batch needs', async () => {
    const runner = await createRunner(file, { threads: 1 });
    const run = (ids: number[], mask: number[]) =>
      runner.run(
        { input_ids: longs([ids]), attention_mask: longs([mask]) },
        { logits: null, embedding: null },
      );
    const alone = await run([2, 50, 60, 3], [1, 1, 1, 1]);
    const padded = await run([2, 50, 60, 3, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0]);
    for (const name of ['logits', 'embedding']) {
      const [expected, actual] = [float32Data(alone[name]!), float32Data(padded[name]!)];
      actual.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[at]!, 5);
      });
    }
    await runner.dispose();
  });
});

describe('the training graph', () => {
  const classifier = build();
  const trainable = (name: string) => !name.startsWith('bert.embeddings.');
  const batch = {
    input_ids: longs([
      [2, 50, 60, 3],
      [2, 9, 3, 0],
    ]),
    attention_mask: longs([
      [1, 1, 1, 1],
      [1, 1, 1, 0],
    ]),
    labels: int64Tensor([2], BigInt64Array.of(0n, 2n)),
  };

  it('gives identical bytes for identical inputs', async () => {
    const graph = buildTrainingGraph(classifier, { trainable });
    expect(buildTrainingGraph(classifier, { trainable }).model).toEqual(graph.model);
    const feeds = {
      ...batch,
      ...Object.fromEntries(graph.trainable.map((name) => [name, classifier.parameters.get(name)!])),
    };
    const fetches = Object.fromEntries(
      ['loss', ...graph.trainable.map(gradientName)].map((name) => [name, null]),
    );
    const results = [];
    for (let session = 0; session < 2; session += 1) {
      const runner = await createRunner(graph.model, { threads: 2 });
      results.push(await runner.run(feeds, fetches), await runner.run(feeds, fetches));
      await runner.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('has neither inputs nor gradients for frozen parameters', () => {
    const { graph } = decodeModel(buildTrainingGraph(classifier, { trainable }).model);
    const names = [...classifier.parameters.keys()].filter(trainable);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask', ...names, 'labels']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['loss', 'logits', ...names.map(gradientName)]);
    expect(graph.nodes.filter(({ op }) => op === 'ScatterElements-18')).toHaveLength(1);
  });

  it('leaves a label outside the classes out of the mean', async () => {
    const { model } = buildTrainingGraph(classifier, { trainable: (name) => name === 'classifier.bias' });
    const runner = await createRunner(model, { threads: 1 });
    const bias = { 'classifier.bias': classifier.parameters.get('classifier.bias')! };
    const lossOf = async (...chosen: bigint[]) => {
      const feeds = { ...batch, ...bias, labels: int64Tensor([2], BigInt64Array.from(chosen)) };
      return float32Data((await runner.run(feeds, { loss: null }))['loss']!)[0]!;
    };
    const both = ((await lossOf(0n, -100n)) + (await lossOf(-100n, 2n))) / 2;
    expect(await lossOf(0n, 2n)).toBeCloseTo(both, 5);
    await runner.dispose();
  });

  it('scores as the exported model does, also through its forward half alone', async () => {
    const scores = async (model: Uint8Array, feeds: Record<string, Tensor>) => {
      const runner = await createRunner(model, { threads: 1 });
      const { logits } = await runner.run(feeds, { logits: null });
      await runner.dispose();
      return float32Data(logits!);
    };
    const { labels: _, ...tokens } = batch;
    const expected = await scores(exportOnnx(classifier), tokens);
    const fed = Object.fromEntries([...classifier.parameters].filter(([name]) => trainable(name)));
    const actual = await scores(buildEvaluationModel(classifier, { trainable }), { ...batch, ...fed });
    expected.forEach((value, at) => {
      expect(actual[at]).toBeCloseTo(value, 5);
    });
  });

  it('costs twice its forward pass on top of it, less what is frozen', () => {
    const flops = (model: Uint8Array) => graphFlops(decodeModel(model).graph, { batch: 16, sequence: 128 });
    const ratio =
      flops(buildTrainingGraph(classifier, { trainable }).model) /
      flops(buildEvaluationModel(classifier, { trainable }));
    expect(ratio).toBeGreaterThan(2.4);
    expect(ratio).toBeLessThan(3.3);
  });

  it('refuses to train nothing', () => {
    expect(() => buildTrainingGraph(classifier, { trainable: () => false })).toThrow(
      /every parameter is frozen/,
    );
  });
});
