import { describe, expect, it } from '@jest/globals';
import { float32Data, type Tensor } from '../tensor.js';
import { stepsPerRunOf } from './loopedSteps.js';
import { tinyClassifier, tinyExamples, tinyRecipe } from './testing/tinyRun.js';
import type { TrainingOptions, TrainingProgress, TrainingResult } from './trainingRun.js';
import { TrainingSession } from './trainingSession.js';
import { trainToEnd } from './trainToEnd.js';

const recipe = { ...tinyRecipe, epochs: 3, layerwiseDecay: 0.9, schedule: 'cosine' } as const;

/** 24 steps, every eighth with a smaller batch, an evaluation after every fourth. */
function options(changes: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    model: tinyClassifier(),
    train: tinyExamples(60, 1),
    validation: tinyExamples(24, 2),
    recipe,
    threads: 1,
    ...changes,
  };
}

/** A key's bias moves all scores of a row alike: its gradient is exactly zero, and what is computed is noise. */
const trained = ({ weights }: TrainingResult) =>
  [...weights].filter(([name]) => !name.endsWith('key.bias') && !name.startsWith('bert.embeddings.'));

const bytesOf = ({ weights, lossHistory, validationHistory }: TrainingResult) => [
  [...weights].map(([name, { data }]) => [name, data]),
  lossHistory,
  validationHistory,
];

/** Largest difference relative to the largest value. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const [values, others] = [float32Data(expected), float32Data(actual)];
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0) / largest;
}

function expectNear(found: TrainingResult, expected: TrainingResult): void {
  for (const [name, tensor] of trained(expected)) {
    const error = relativeError(found.weights.get(name)!, tensor);
    expect({ name, error, ok: error <= 1e-4 }).toMatchObject({ ok: true });
  }
}

describe('training with several steps a run', () => {
  it('gives the weights of one update after the other outside of the graph, to 1e-4', async () => {
    const progress: TrainingProgress[] = [];
    const outside = await trainToEnd(options());
    const inside = await trainToEnd(options({ stepsPerRun: 4 }), {
      onProgress: (event) => progress.push(event),
    });
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
    expect(progress.flatMap(({ step, validation }) => (validation ? [step] : []))).toEqual(
      outside.validationHistory.map(({ step }) => step),
    );
    outside.lossHistory.forEach((loss, step) => {
      expect(Math.abs(inside.lossHistory[step]! - loss)).toBeLessThanOrEqual(1e-4);
    });
    expectNear(inside, outside);
    expect(inside.bestStep).toBe(outside.bestStep);
  }, 60_000);

  it('gives them for rows of several texts too, to 1e-4, and the same bits for any number of steps', async () => {
    const packed = { ...recipe, packing: true };
    const outside = await trainToEnd(options({ recipe: packed }));
    const inside = await trainToEnd(options({ recipe: packed, stepsPerRun: 4 }));
    const alone = await trainToEnd(options({ recipe: packed, stepsPerRun: 1 }));
    const padded = await trainToEnd(options({ stepsPerRun: 4 }));
    outside.lossHistory.forEach((loss, step) => {
      expect(Math.abs(inside.lossHistory[step]! - loss)).toBeLessThanOrEqual(1e-4);
    });
    expectNear(inside, outside);
    expect(bytesOf(inside)).toEqual(bytesOf(alone));
    expect(inside.paddingShare).toBe(outside.paddingShare);
    expect(inside.paddingShare).not.toBe(padded.paddingShare);
  }, 60_000);

  it('ends at the same bits with 1, 3 and 16 steps a run, and when it is cut and resumed', async () => {
    const alone = await trainToEnd(options({ stepsPerRun: 1 }));
    for (const stepsPerRun of [3, 16]) {
      const session = await TrainingSession.create(options({ stepsPerRun }));
      await session.advance();
      await session.step();
      const resumeFrom = session.checkpoint();
      while (!session.done) await session.advance();
      expect(bytesOf(session.result())).toEqual(bytesOf(alone));
      await session.dispose();
      const resumed = await trainToEnd(options({ stepsPerRun, resumeFrom }));
      expect(bytesOf(resumed)).toEqual(bytesOf(alone));
    }
  }, 60_000);

  it('says at which step the loss stopped being finite, with the weights of the step before', async () => {
    const diverging = {
      ...recipe,
      learningRate: 1e30,
      maxGradNorm: null,
      optimizer: { type: 'sgd' },
    } as const;
    const session = await TrainingSession.create(
      options({ recipe: { ...diverging, warmupSteps: 2 }, stepsPerRun: 4, validation: [] }),
    );
    const failure = session.advance();
    await expect(failure).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE' });
    const { details } = (await failure.catch((error: unknown) => error)) as { details: { step: number } };
    const result = session.result();
    expect(details.step).toBe(result.steps + 1);
    expect(result.lossHistory.every(Number.isFinite)).toBe(true);
    for (const [, { data }] of result.weights)
      expect((data as Float32Array).every(Number.isFinite)).toBe(true);
    await session.dispose();
  }, 60_000);

  it('refuses what cannot be one run', async () => {
    const adafactor = { ...recipe, optimizer: { type: 'adafactor' } } as const;
    const wrong: Partial<TrainingOptions>[] = [
      { stepsPerRun: 0 },
      { stepsPerRun: 1.5 },
      { stepsPerRun: 4, recipe: adafactor },
      { stepsPerRun: 4, recipe: { ...recipe, microBatchSize: 3 } },
    ];
    for (const changes of wrong) {
      await expect(TrainingSession.create(options(changes))).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    }
  }, 60_000);
});

describe('how many steps a run has', () => {
  it('is one outside of the graph, but some on a GPU where the recipe allows it', () => {
    expect(stepsPerRunOf(recipe, 'cpu', undefined)).toBeNull();
    expect(stepsPerRunOf(recipe, 'tfjs-wasm', undefined)).toBeNull();
    for (const provider of ['cuda', 'tensorrt']) {
      expect(stepsPerRunOf(recipe, provider, undefined)).toBe(16);
      expect(stepsPerRunOf({ ...recipe, microBatchSize: 2 }, provider, undefined)).toBeNull();
      expect(stepsPerRunOf(recipe, provider, 5)).toBe(5);
    }
  });
});
