import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { buildModel, exportOnnx, taskOf } from '../models/buildModel.js';
import { float32Data } from '../tensor.js';
import { softmaxRows } from '../train/softmax.js';
import { readSafetensors } from '../weights/index.js';
import { inferTokens } from './inferTokens.js';
import { startTokenPrediction } from './startTokenPrediction.js';

const golden = (name: string) => {
  const read = (file: string) => readFileSync(new URL(`../goldens/${name}/${file}`, import.meta.url));
  const configJson: unknown = JSON.parse(read('config.json').toString());
  const weights = readSafetensors(read('model.safetensors'));
  const reference = readSafetensors(read('case.safetensors'));
  const [ids, mask] = [reference.get('input_ids')!, reference.get('attention_mask')!];
  const [rows = 0, length = 0] = ids.dims;
  const logits = float32Data(reference.get('logits')!);
  const classes = logits.length / (rows * length);
  const sequences = Array.from({ length: rows }, (_, row) => {
    const columns = Array.from({ length }, (__, column) => row * length + column);
    return Int32Array.from(
      columns.filter((at) => Number(mask.data[at]) === 1),
      (at) => Number(ids.data[at]),
    );
  });
  const expected = sequences.map((sequence, row) => {
    const start = row * length * classes;
    return softmaxRows(logits.slice(start, start + sequence.length * classes), classes);
  });
  const model = exportOnnx(buildModel({ configJson, weights, task: taskOf(configJson), seed: 1 }));
  return { model, sequences, expected };
};

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - b[at]!)), 0);

describe.each(['bert-token-classification', 'roberta-token-classification'])('%s', (name) => {
  const { model, sequences, expected } = golden(name);

  it('scores the tokens of texts as transformers does, in batches of any size, without padding', async () => {
    const runner = await createRunner(model, { threads: 1 });
    for (const batchSize of [1, 2, 16]) {
      const scores = await inferTokens(runner, sequences, { batchSize });
      scores.forEach(({ probabilities, embedding }, row) => {
        expect(probabilities).toHaveLength(expected[row]!.length);
        expect(largestDifference(probabilities, expected[row]!)).toBeLessThan(1e-5);
        expect(embedding.length).toBeGreaterThan(1);
      });
    }
    await runner.dispose();
  });

  it('gives the same on a thread of its own, which can be cancelled', async () => {
    const input = { model, batchSize: 2, threads: 1 };
    const scores = await startTokenPrediction({ ...input, sequences }).result;
    expect(scores.map(({ probabilities }) => probabilities.length)).toEqual(
      expected.map(({ length }) => length),
    );
    const many = Array.from({ length: 4000 }, (_, at) => sequences[at % sequences.length]!);
    const running = startTokenPrediction({ ...input, sequences: many });
    running.cancel();
    await expect(running.result).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
