import { describe, expect, it } from '@jest/globals';
import type { Model } from '../models/types.js';
import { float32Data } from '../tensor.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { TrainingRecipe } from './recipe.js';
import { tinyClassifier, tinyExamples, tinyRecipe } from './testing/tinyRun.js';
import type { TrainingOptions, TrainingProgress } from './trainingRun.js';
import { TrainingSession } from './trainingSession.js';
import { trainToEnd } from './trainToEnd.js';

/** A classifier whose first float16 gradients overflow under the initial loss scale. */
function steepClassifier(): Model {
  const model = tinyClassifier();
  const weights = float32Data(model.parameters.get('classifier.weight')!);
  weights.forEach((value, at) => {
    weights[at] = 30 * value;
  });
  return model;
}

const options = (recipe: Partial<TrainingRecipe>, model = tinyClassifier()): TrainingOptions => ({
  model,
  train: tinyExamples(60, 1),
  validation: [],
  recipe: { ...tinyRecipe, epochs: 2, ...recipe },
  threads: 1,
});

const weightsOf = (session: TrainingSession) => Buffer.from(writeSafetensors(session.result().weights));

const progressOf = async (given: TrainingOptions): Promise<TrainingProgress[]> => {
  const progress: TrainingProgress[] = [];
  await trainToEnd(given, { onProgress: (event) => progress.push(event) });
  return progress;
};

describe('training in half precision', () => {
  it.each([
    ['float16', 2 ** -11],
    ['bfloat16', 2 ** -8],
  ] as const)(
    'follows the losses of float32 in %s, and says how it computes',
    async (precision, roundoff) => {
      const exact = await progressOf(options({}));
      const rounded = await progressOf(options({ precision }));
      expect(rounded).toHaveLength(16);
      rounded.forEach(({ loss, gradNorm, arithmetic }, step) => {
        expect(Math.abs(loss - exact[step]!.loss)).toBeLessThanOrEqual(roundoff * exact[step]!.loss);
        expect(Math.abs(gradNorm! - exact[step]!.gradNorm!)).toBeLessThanOrEqual(
          4 * roundoff * exact[step]!.gradNorm!,
        );
        expect(arithmetic).toEqual({ provider: 'cpu', precision, emulated: true });
      });
      expect(rounded.map(({ loss }) => loss)).not.toEqual(exact.map(({ loss }) => loss));
      expect(rounded[0]!.lossScale).toBe(precision === 'float16' ? 65_536 : undefined);
      expect(exact[0]!.arithmetic).toEqual({ provider: 'cpu', precision: 'float32', emulated: false });
    },
  );

  it('leaves out a step whose gradients overflow, halves the scale and goes on', async () => {
    const session = await TrainingSession.create(options({ precision: 'float16' }, steepClassifier()));
    const steps: TrainingProgress[] = [];
    while (!session.done) {
      const before = weightsOf(session);
      const progress = await session.step();
      expect(weightsOf(session).equals(before)).toBe(progress.gradNorm === null);
      steps.push(progress);
    }
    await session.dispose();
    const skipped = steps.filter(({ gradNorm }) => gradNorm === null);
    expect(skipped.length).toBeGreaterThan(0);
    expect(skipped.length).toBeLessThan(steps.length / 2);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
    expect(steps.at(-1)!.lossScale).toBe(65_536 / 2 ** skipped.length);
  });

  it('ends bit-identical when it is resumed right after a step that was left out, and after one that was not', async () => {
    const given = options({ precision: 'float16', microBatchSize: 3 }, steepClassifier());
    const session = await TrainingSession.create(given);
    const checkpoints: { readonly skipped: boolean; readonly bytes: Uint8Array }[] = [];
    while (!session.done) {
      const { gradNorm } = await session.step();
      checkpoints.push({ skipped: gradNorm === null, bytes: session.checkpoint() });
    }
    const undisturbed = session.checkpoint();
    await session.dispose();
    const cuts = [
      checkpoints.findIndex(({ skipped }) => skipped),
      checkpoints.findLastIndex(({ skipped }) => skipped),
      checkpoints.findIndex(({ skipped }) => !skipped),
      checkpoints.length - 2,
    ];
    expect(new Set(cuts).size).toBe(4);
    for (const cut of cuts) {
      const resumed = await TrainingSession.create({ ...given, resumeFrom: checkpoints[cut]!.bytes });
      while (!resumed.done) await resumed.step();
      expect([cut, Buffer.compare(resumed.checkpoint(), undisturbed)]).toEqual([cut, 0]);
      await resumed.dispose();
    }
  }, 60_000);

  it('takes the same bfloat16 steps in one run of many', async () => {
    const given = options({ precision: 'bfloat16' });
    const outside = await progressOf(given);
    const inside = await progressOf({ ...given, stepsPerRun: 5 });
    const exact = await progressOf(options({}));
    const off = (other: readonly TrainingProgress[]) =>
      Math.max(...inside.map(({ loss }, step) => Math.abs(loss / other[step]!.loss - 1)));
    expect(off(outside)).toBeLessThan(off(exact) / 4);
    expect(inside.at(-1)!.arithmetic).toEqual(outside.at(-1)!.arithmetic);
  });

  it('follows the losses of float32 with several texts a row', async () => {
    const exact = await progressOf(options({ packing: true }));
    const rounded = await progressOf(options({ packing: true, precision: 'float16' }));
    rounded.forEach(({ loss }, step) => {
      expect(Math.abs(loss - exact[step]!.loss)).toBeLessThanOrEqual(2 ** -11 * exact[step]!.loss);
    });
    expect(rounded.map(({ loss }) => loss)).not.toEqual(exact.map(({ loss }) => loss));
  });

  it('trains an adapter too', async () => {
    const lora = { rank: 4, alpha: 8 };
    const result = await trainToEnd({
      ...options({ precision: 'float16', lora, epochs: 10, learningRate: 0.02 }),
      validation: tinyExamples(24, 2),
    });
    expect(result.bestScore).toBeGreaterThan(0.85);
  });

  it('refuses a provider that does not compute in it, saying what to do', async () => {
    const given = { ...options({ precision: 'bfloat16' }), providers: ['tensorrt'] as const };
    await expect(TrainingSession.create(given)).rejects.toThrow(
      expect.objectContaining({
        code: 'OPERATOR_UNSUPPORTED',
        message: expect.stringMatching(/bfloat16.*take the precision float32, or the provider cpu/),
      }),
    );
  });

  it('names bfloat16 where the loss itself leaves the range of float16', async () => {
    const model = tinyClassifier();
    float32Data(model.parameters.get('classifier.weight')!).fill(1e6);
    const session = await TrainingSession.create(options({ precision: 'float16' }, model));
    await expect(session.step()).rejects.toThrow(
      expect.objectContaining({ code: 'LOSS_NOT_FINITE', message: expect.stringMatching(/bfloat16/) }),
    );
    await session.dispose();
  });
});
