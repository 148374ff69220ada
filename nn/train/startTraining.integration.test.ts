import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { exportOnnx, writeOnnxFile } from '../models/buildModel.js';
import { buildClassifier } from '../models/classifier.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.js';
import { writeCheckpointFolder } from '../weights/writeCheckpointFolder.js';
import { predictClassifier } from './predictClassifier.js';
import { startPrediction } from './startPrediction.js';
import { startTraining, type TrainingInput } from './startTraining.js';
import { tinyClassifier, tinyExamples, tinyModel, tinyRecipe } from './testing/tinyRun.js';
import { trainToEnd } from './trainToEnd.js';

// Runs the compiled thread: `npm run build` comes first. A thread takes a second to load.
jest.setTimeout(60_000);

const input: TrainingInput = {
  ...tinyModel,
  train: tinyExamples(60, 1),
  validation: tinyExamples(24, 2),
  recipe: { ...tinyRecipe, seed: 0 },
  threads: 1,
};
/** The bytes of a file that is removed. */
const takeFile = (path: string) => {
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
};
const bytesOf = (result: { weights: Parameters<typeof writeSafetensors>[0] }) =>
  Buffer.from(writeSafetensors(result.weights));

describe('training thread', () => {
  it('gives the weights of the same run on the calling thread, and leaves its input usable', async () => {
    const here = await trainToEnd({ ...input, model: tinyClassifier() });
    for (let run = 0; run < 2; run++) {
      const there = await startTraining(input).result;
      expect(bytesOf(there).equals(bytesOf(here))).toBe(true);
      expect(there.lossHistory).toEqual(here.lossHistory);
    }
  });

  it('gives the same from weights on disk as from those in memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-weights-'));
    writeCheckpointFolder(folder, readSafetensors(tinyModel.weights), 20_000);
    const fromDisk = await startTraining({ ...input, weights: folder }).result;
    rmSync(folder, { recursive: true });
    const fromMemory = await startTraining(input).result;
    expect(bytesOf(fromDisk).equals(bytesOf(fromMemory))).toBe(true);
  });

  it('says what it takes before it begins, and refuses what cannot fit with what would', async () => {
    const told: string[] = [];
    await startTraining({
      ...input,
      onEstimate: ({ totalBytes }) => told.push(totalBytes > 0 ? 'estimate' : 'nothing'),
      onProgress: () => told.push('step'),
    }).result;
    expect(told.slice(0, 2)).toEqual(['estimate', 'step']);
    await expect(startTraining({ ...input, memoryBytesMax: 2 ** 20 }).result).rejects.toThrow(
      expect.objectContaining({ code: 'MEMORY_INSUFFICIENT' }),
    );
  });

  it('goes on from a checkpoint taken at any time and ends with equal weights', async () => {
    // Long enough that the run is still going when the answer to its fifth step arrives.
    const long = { ...input, recipe: { ...input.recipe, epochs: 40 } };
    const whole = await startTraining(long).result;
    let steps = 0;
    const cut = startTraining({
      ...long,
      onProgress: () => {
        steps += 1;
        if (steps === 5) {
          taken = cut.checkpoint();
          void taken.finally(() => cut.cancel());
        }
      },
    });
    let taken: ReturnType<typeof cut.checkpoint> | undefined;
    await expect(cut.result).rejects.toMatchObject({ name: 'NnError', code: 'CANCELLED' });
    const resumed: number[] = [];
    const again = startTraining({
      ...long,
      resumeFrom: takeFile((await taken!).path),
      onProgress: ({ step }) => resumed.push(step),
    });
    expect(bytesOf(await again.result).equals(bytesOf(whole))).toBe(true);
    expect(resumed[0]).toBeGreaterThan(5);
    await expect(again.checkpoint()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('brings errors over with their codes', async () => {
    const failure = (changes: Partial<TrainingInput>) =>
      expect(startTraining({ ...input, ...changes }).result).rejects;
    await failure({ weights: tinyModel.weights.subarray(0, 1000) }).toMatchObject({
      code: 'WEIGHTS_CORRUPT',
    });
    await failure({ weights: '/nowhere/model.gguf' }).toMatchObject({ code: 'WEIGHTS_CORRUPT' });
    await failure({ configJson: { model_type: 'gpt2' } }).toMatchObject({ code: 'BASE_MODEL_UNSUPPORTED' });
    await failure({ train: [{ ids: Int32Array.of(1), target: Int32Array.of(9) }] }).toMatchObject({
      code: 'LABEL_UNKNOWN',
    });
    await failure({ resumeFrom: new Uint8Array(100) }).toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  });

  it('predicts in the order of the input, equal to the calling thread', async () => {
    const { weights } = await startTraining(input).result;
    const classifier = buildClassifier({ ...tinyModel, weights, seed: 0 });
    const model = exportOnnx(classifier);
    const sequences = input.validation.map(({ ids }) => ids);
    const there = await startPrediction({ model, sequences, batchSize: 5, threads: 1 }).result;
    const here = await predictClassifier({ model, sequences, batchSize: 1, threads: 1 });
    expect(there.embeddings.length).toBe(24 * classifier.config.hiddenSize);
    there.probabilities.forEach((value, i) => {
      expect(value).toBeCloseTo(here.probabilities[i]!, 4);
    });
    const right = input.validation.filter(({ target }, i) => there.probabilities[3 * i + target[0]!]! > 0.5);
    expect(right.length).toBeGreaterThan(20);
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-export-'));
    const path = join(folder, 'model.onnx');
    writeOnnxFile(path, classifier);
    const byPath = await startPrediction({ model: path, sequences, batchSize: 5, threads: 1 }).result;
    rmSync(folder, { recursive: true });
    expect(byPath).toEqual(there);
    const cancelled = startPrediction({ model, sequences, batchSize: 1, threads: 1 });
    cancelled.cancel();
    await expect(cancelled.result).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
