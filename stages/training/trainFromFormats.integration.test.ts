import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readSafetensors, writeCheckpointFolder } from '../../nn/index.js';
import { ggufFile, shardedModel } from './testing/modelFiles.js';
import { tinyModel } from './testing/tinyModel.js';
import { type TrainingWorld, trainingInput, trainingWorld } from './testing/world.js';
import { trainModel } from './trainModel.js';

jest.setTimeout(60_000);

let world: TrainingWorld;
beforeEach(async () => {
  world = await trainingWorld();
});
afterEach(() => world.remove());

const runOf = async (input: Parameters<typeof trainModel>[0]['input']) => {
  const output = await trainModel({ ctx: world.context(), input });
  return { output, run: await world.artifacts.get('TrainingRun', output.trainingRunId) };
};
const single = () => join(world.folder, 'model.safetensors');

describe('trainModel', () => {
  it('makes the same of a base model in shards as of the same one in one file', async () => {
    const whole = await runOf(trainingInput(world.folder, { epochs: 2 }));
    const tensors = readSafetensors(tinyModel()['model.safetensors']);
    writeCheckpointFolder(world.folder, tensors, 8_000);
    const cut = await runOf(trainingInput(world.folder, { epochs: 2 }));
    expect(Object.keys(cut.run.base.weights).length).toBeGreaterThan(2);
    expect(cut.output.reused).toBe(false);
    expect(cut.run.weights).toEqual(whole.run.weights);
    expect(cut.run.base.parameters).toBe(whole.run.base.parameters);
  });

  it('trains from shards that transformers wrote, in half precision', async () => {
    await rm(single());
    for (const [name, bytes] of Object.entries(shardedModel()))
      await writeFile(join(world.folder, name), bytes);
    const { output, run } = await runOf(trainingInput(world.folder, { epochs: 8 }));
    expect(run.base.architecture).toBe('gpt2');
    expect(output.validationMacroF1).toBeGreaterThan(0.9);
  });

  it.each(['none', 'embeddings'] as const)(
    'trains a classifier from a GGUF file with its own vocabulary, freezing %s',
    async (freeze) => {
      const path = join(world.folder, 'tiny.Q4_0.gguf');
      await writeFile(path, ggufFile());
      await rm(join(world.folder, 'tokenizer.json'));
      const input = trainingInput(path, { maxLength: 32, epochs: 4, learningRate: 2e-3, freeze });
      const { output, run } = await runOf(input);
      expect(run.base).toMatchObject({ architecture: 'llama', reference: `file:${path}` });
      expect(Object.keys(run.base.weights)).toEqual(['tiny.Q4_0.gguf']);
      expect(output.validationMacroF1).toBeGreaterThan(0.9);
      const weights = readSafetensors(await world.blobs.get(run.weights));
      expect(weights.get('score.weight')?.dims).toEqual([2, 64]);
      const tokenizer = JSON.parse(
        Buffer.from(await world.blobs.get(run.base.tokenizer)).toString(),
      ) as object;
      expect(tokenizer).toMatchObject({ model: { type: 'BPE', byte_fallback: true } });
    },
  );
});
