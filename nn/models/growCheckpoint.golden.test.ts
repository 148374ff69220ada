import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { float32Data, int64Tensor, type Tensor } from '../tensor.js';
import { addTokens } from '../tokenize/index.js';
import { wordPieceJson } from '../tokenize/testing/wordPieceJson.js';
import { readSafetensors } from '../weights/index.js';
import { buildModel, exportOnnx, taskOf } from './buildModel.js';
import { type Checkpoint, growCheckpoint } from './growCheckpoint.js';

const MODELS = [
  'bert-masked-lm',
  'roberta-masked-lm',
  'gpt2-causal-lm',
  'gpt2-untied-causal-lm',
  'llama-causal-lm',
  'llama-linear-untied-causal-lm',
  't5-seq2seq',
  't5-untied-seq2seq',
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

const checkpointOf = (name: string) => {
  const read = (file: string) => readFileSync(new URL(`../goldens/${name}/${file}`, import.meta.url));
  const configJson = JSON.parse(read('config.json').toString()) as Checkpoint['configJson'];
  return {
    configJson,
    weights: readSafetensors(read('model.safetensors')),
    reference: readSafetensors(read('case.safetensors')),
  };
};

const logitsOf = async ({ configJson, weights }: Checkpoint, feeds: Record<string, Tensor>) => {
  const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 1 });
  const runner = await createRunner(exportOnnx(model), { threads: 1 });
  const { logits } = await runner.run(feeds, { logits: null });
  await runner.dispose();
  return { dims: logits!.dims, data: float32Data(logits!) };
};

/** A tokenizer for as many ids as the model has rows. */
const tokenizerOf = ({ configJson }: Checkpoint) => {
  const size = configJson['vocab_size'] as number;
  return wordPieceJson(
    SPECIAL,
    Array.from({ length: size - SPECIAL.length }, (_, i) => (i % 2 ? `##t${i}` : `t${i}`)),
  );
};

describe.each(MODELS)('%s with more tokens', (name) => {
  it('scores the old tokens as before and the new ones as the mean of their pieces', async () => {
    const before = checkpointOf(name);
    const from = tokenizerOf(before);
    const to = addTokens(from, ['t4t5', 't6']);
    const grown = await growCheckpoint(before, { from, to });
    const size = before.configJson['vocab_size'] as number;
    expect(grown.configJson['vocab_size']).toBe(size + 1);
    const ids = before.reference.get('input_ids')!;
    const feeds = {
      input_ids: ids,
      attention_mask: before.reference.get('attention_mask')!,
      decoder_input_ids: int64Tensor([ids.dims[0]!, 2], new BigInt64Array(ids.dims[0]! * 2)),
    };
    const [old, now] = [await logitsOf(before, feeds), await logitsOf(grown, feeds)];
    expect(now.dims.at(-1)).toBe(size + 1);
    const piece = (row: number, token: string) => {
      const { model } = JSON.parse(from) as { model: { vocab: Record<string, number> } };
      return old.data[row * size + model.vocab[token]!]!;
    };
    for (let row = 0; row < old.data.length / size; row += 1) {
      const scores = now.data.subarray(row * (size + 1), (row + 1) * (size + 1));
      expect([...scores.subarray(0, size)]).toEqual([...old.data.subarray(row * size, (row + 1) * size)]);
      expect(scores[size]).toBeCloseTo((piece(row, 't4') + piece(row, '##t5')) / 2, 4);
    }
  });
});

describe('a checkpoint', () => {
  it('without word embeddings is not grown', async () => {
    const { configJson } = checkpointOf('bert-masked-lm');
    const from = tokenizerOf({ configJson, weights: new Map() });
    await expect(
      growCheckpoint({ configJson, weights: new Map() }, { from, to: from }),
    ).rejects.toMatchObject({
      code: 'BASE_MODEL_UNSUPPORTED',
    });
  });
});
