import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { decodeModel } from '../graph/decode.js';
import { splitOperator } from '../graph/opset.js';
import { verifyGraph } from '../ops/verify.js';
import { Random } from '../random.js';
import { float32Data, int64Tensor, type Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { buildModel, exportOnnx, taskOf } from './buildModel.js';
import { type Freeze, isTrainable } from './freezing.js';
import { buildEvaluationModel, buildTrainingGraph } from './training.js';
import { gradientName, type Model } from './types.js';

const goldens = new URL('../goldens/', import.meta.url);
const names = readdirSync(goldens).filter((name) => /^(bert|roberta|gpt2|llama|t5)-/.test(name));

const configOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`${name}/config.json`, goldens), 'utf8')) as Record<string, unknown>;
const weightsOf = (name: string) =>
  readSafetensors(readFileSync(new URL(`${name}/model.safetensors`, goldens)));
const modelOf = (name: string) => {
  const configJson = configOf(name);
  return buildModel({ configJson, weights: weightsOf(name), task: taskOf(configJson), seed: 0 });
};

const nodesOf = (bytes: Uint8Array) => decodeModel(bytes).graph.nodes;
const trainedUnder = (model: Model, freeze: Freeze) => (name: string) => isTrainable(model, freeze, name);

describe.each(names)('%s', (name) => {
  const model = modelOf(name);

  it('exports standard operators only, under the names of the checkpoint', () => {
    const { graph } = decodeModel(exportOnnx(model));
    verifyGraph(graph);
    expect(new Set(graph.nodes.map(({ op }) => splitOperator(op).domain))).toEqual(new Set(['']));
    const stored = [...weightsOf(name).keys()];
    const bare = [...model.parameters.keys()].filter((parameter) => !stored.includes(parameter));
    expect(bare.filter((parameter) => !stored.includes(parameter.replace(/^bert\./, '')))).toEqual([]);
    expect(stored.length).toBe(model.parameters.size);
  });

  it('gives a text the same answer alone and padded in a batch', async () => {
    const runner = await createRunner(exportOnnx(model), { threads: 1 });
    const outputs = Object.fromEntries(model.graph.outputs.map((output) => [output.name, null]));
    const random = new Random(3);
    const draw = (length: number) => Array.from({ length }, () => 4 + random.below(50));
    const [text, answer] = [draw(5), draw(3)];
    const alone = await runner.run(feedsOf(model, [text], [answer]), outputs);
    const batch = feedsOf(model, [text, draw(9), draw(2)], [answer, draw(4), draw(1)]);
    const padded = await runner.run(batch, outputs);
    await runner.dispose();
    for (const output of Object.keys(outputs)) expectSameStart(alone[output]!, padded[output]!);
  });

  it('makes no gradient node for what is frozen, nor below it', () => {
    const depths: Freeze[] = ['none', 'embeddings', { bottomLayers: 1 }];
    const sizes = depths.map((freeze) => {
      const trainable = trainedUnder(model, freeze);
      const training = buildTrainingGraph(model, { trainable });
      const backward = nodesOf(training.model);
      const forward = nodesOf(buildEvaluationModel(model, { trainable }));
      const uses = (nodes: typeof backward, parameter: string) =>
        nodes.filter(({ inputs }) => inputs.includes(parameter)).length;
      // A tied table is also the output projection, and a T5 decoder lies on the way to the encoder's upper layers:
      // the gradient must pass both.
      const passed = /embed|wte|shared|^decoder\./;
      for (const parameter of model.parameters.keys()) {
        if (trainable(parameter)) expect(training.trainable).toContain(parameter);
        else if (!passed.test(parameter))
          expect([parameter, uses(backward, parameter)]).toEqual([parameter, uses(forward, parameter)]);
      }
      const computed = decodeModel(training.model).graph.outputs.map((output) => output.name);
      expect(computed).toEqual(expect.arrayContaining(training.trainable.map(gradientName)));
      return backward.length;
    });
    expect(sizes[1]).toBeLessThan(sizes[0]!);
    expect(sizes[2]).toBeLessThan(sizes[1]!);
  });
});

/** Inputs of a model for texts, and for the answers of one that decodes, padded on the right. */
function feedsOf(model: Model, texts: number[][], answers: number[][]): Record<string, Tensor> {
  const padding = model.config.modelType === 'roberta' ? model.config.padId : 0;
  const grid = (rows: number[][], fill: (row: number[], at: number) => number) => {
    const length = Math.max(...rows.map((row) => row.length));
    const values = rows.flatMap((row) => Array.from({ length }, (_, at) => fill(row, at)));
    return int64Tensor([rows.length, length], BigInt64Array.from(values, BigInt));
  };
  const ids = (rows: number[][]) => grid(rows, (row, at) => row[at] ?? padding);
  const mask = grid(texts, (row, at) => (at < row.length ? 1 : 0));
  const feeds = { input_ids: ids(texts), attention_mask: mask };
  return model.task === 'seq2seq-lm' ? { ...feeds, decoder_input_ids: ids(answers) } : feeds;
}

/** Row 0 of a wider and longer tensor begins as the one row of another. */
function expectSameStart(alone: Tensor, padded: Tensor): void {
  const [expected, actual] = [float32Data(alone), float32Data(padded)];
  expect(expected.length).toBeGreaterThan(0);
  expected.forEach((value, at) => {
    expect(actual[at]).toBeCloseTo(value, 4);
  });
}

describe('BERT', () => {
  it('scores a text by fused products and, in the last layer, by one row only: no node more than it takes', () => {
    const model = modelOf('bert-sequence-classification');
    const counts: Record<string, number> = {};
    // Only what leads to the scores: the loss after them is no part of the claim.
    const rows = nodesOf(buildEvaluationModel(model, { trainable: () => true }));
    const scored = rows.findIndex(({ outputs }) => outputs.includes('logits'));
    for (const { op } of rows.slice(0, scored + 1)) counts[op] = (counts[op] ?? 0) + 1;
    expect(counts).toEqual({
      'Add-14': 8,
      'Cast-19': 1,
      'Concat-13': 3,
      'Gather-13': 6,
      'Gelu-20': 2,
      'Gemm-13': 14,
      'LayerNormalization-17': 5,
      'MatMul-13': 2,
      'Mul-14': 2,
      'Range-11': 2,
      'Reshape-19': 9,
      'Shape-19': 3,
      'Softmax-13': 2,
      'Sub-14': 1,
      'Tanh-13': 1,
      'Transpose-13': 8,
      'Unsqueeze-13': 1,
      'com.microsoft.FusedMatMul-1': 2,
    });
  });
});

describe('a config or task that cannot be computed is refused, saying what was found', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['roberta-sequence-classification', { pad_token_id: -1 }, 'pad_token_id'],
    ['roberta-sequence-classification', { max_position_embeddings: 2 }, 'max_position_embeddings'],
    ['gpt2-causal-lm', { activation_function: 'relu' }, 'activation_function'],
    ['gpt2-causal-lm', { add_cross_attention: true }, 'add_cross_attention'],
    ['gpt2-causal-lm', { n_head: 5 }, 'n_embd'],
    ['gpt2-causal-lm', { scale_attn_weights: 'yes' }, 'scale_attn_weights'],
    ['llama-causal-lm', { hidden_act: 'gelu' }, 'hidden_act'],
    ['llama-causal-lm', { num_key_value_heads: 3 }, 'num_attention_heads'],
    ['llama-causal-lm', { head_dim: 7 }, 'head_dim'],
    ['llama-causal-lm', { rope_parameters: 'fast' }, 'rope_parameters'],
    ['llama-causal-lm', { rope_parameters: { rope_type: 'yarn' } }, 'rope_parameters.rope_type'],
    ['llama-causal-lm', { rope_parameters: { rope_theta: 0 } }, 'rope_theta'],
    ['llama-causal-lm', { rope_parameters: { rope_type: 'linear' } }, 'factor'],
    ['llama-causal-lm', { rope_parameters: { partial_rotary_factor: 0.5 } }, 'partial_rotary_factor'],
    ['llama-causal-lm', { tie_word_embeddings: 1 }, 'tie_word_embeddings'],
    ['t5-seq2seq', { feed_forward_proj: 'gated-silu' }, 'feed_forward_proj'],
    ['t5-seq2seq', { relative_attention_num_buckets: 6 }, 'relative_attention_num_buckets'],
    ['t5-seq2seq', { relative_attention_max_distance: 16 }, 'relative_attention_max_distance'],
    ['t5-seq2seq', { decoder_start_token_id: 1e9 }, 'decoder_start_token_id'],
    ['t5-seq2seq', { architectures: ['T5EncoderModel'] }, 'architectures'],
    ['t5-seq2seq', { architectures: 'T5ForConditionalGeneration' }, 'architectures'],
    ['t5-seq2seq', { model_type: '__proto__' }, 'model_type'],
  ])('%s with %j', (name, changes, field) => {
    const attempt = () => {
      const configJson = { ...configOf(name), ...changes };
      return buildModel({ configJson, weights: weightsOf(name), task: taskOf(configJson), seed: 0 });
    };
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'BASE_MODEL_UNSUPPORTED',
        details: expect.objectContaining({ field, expected: expect.any(String) }),
      }),
    );
  });

  it('refuses a head that the family does not have, and a checkpoint without its output projection', () => {
    const configJson = configOf('llama-causal-lm');
    const weights = weightsOf('llama-causal-lm');
    expect(() => buildModel({ configJson, weights, task: 'masked-lm', seed: 0 })).toThrow(
      /head for masked-lm/,
    );
    const untied = { ...configJson, tie_word_embeddings: false };
    expect(() => buildModel({ configJson: untied, weights, task: 'causal-lm', seed: 0 })).toThrow(
      /needs 'lm_head.weight' of shape \[211,32\]; it is missing/,
    );
  });

  it('refuses a loss that the task cannot have', () => {
    const trainable = () => true;
    const embedding = modelOf('bert-sentence-embedding');
    const answers = modelOf('bert-question-answering');
    const crossEntropy = { kind: 'cross-entropy' } as const;
    expect(() => buildTrainingGraph(embedding, { trainable, loss: crossEntropy })).toThrow(/cross-entropy/);
    expect(() => buildTrainingGraph(answers, { trainable, loss: { kind: 'triplet' } })).toThrow(/triplet/);
  });
});

describe('sentence embeddings', () => {
  it('are trained on triplets too, whose batch must hold whole triplets', async () => {
    const model = modelOf('bert-sentence-embedding');
    const { model: bytes, inputs } = buildTrainingGraph(model, {
      trainable: () => true,
      loss: { kind: 'triplet', margin: 1 },
    });
    expect(inputs).toEqual(['input_ids', 'attention_mask']);
    const runner = await createRunner(bytes, { threads: 1 });
    const lossOf = async (texts: number[][]) => {
      const feeds = { ...feedsOf(model, texts, []), ...Object.fromEntries(model.parameters) };
      return float32Data((await runner.run(feeds, { loss: null }))['loss']!)[0]!;
    };
    const [one, other] = [
      [5, 6, 7],
      [50, 40, 30, 20],
    ];
    // Anchor and positive are one text: only the margin and the distance to the negative are left.
    expect(await lossOf([one!, one!, other!])).toBeLessThan(1);
    expect(await lossOf([one!, one!, one!])).toBeCloseTo(1, 5);
    await expect(lossOf([one!, other!])).rejects.toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
    await runner.dispose();
  });
});
