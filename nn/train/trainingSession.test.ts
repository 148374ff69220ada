import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { float32Data } from '../tensor.js';
import { writeSafetensors } from '../weights/safetensors.js';
import type { TrainingRecipe } from './recipe.js';
import { tinyClassifier, tinyExamples, tinyRecipe } from './testing/tinyRun.js';
import type { TrainingOptions, TrainingProgress, TrainingResult } from './trainingRun.js';
import { TrainingSession } from './trainingSession.js';
import { trainToEnd } from './trainToEnd.js';

function options(changes: Partial<TrainingOptions> = {}): TrainingOptions {
  return {
    model: tinyClassifier(),
    train: tinyExamples(60, 1),
    validation: tinyExamples(24, 2),
    recipe: tinyRecipe,
    threads: 1,
    ...changes,
  };
}

/** A result without its long parts, whose difference jest would take minutes to print. */
function figures({ weights: _, lossHistory: __, ...rest }: TrainingResult) {
  return rest;
}

/** The whole result as one text that is equal only for bit-equal results. */
function bytesOf(result: TrainingResult): string {
  const digest = createHash('sha256').update(writeSafetensors(result.weights)).digest('hex');
  return JSON.stringify([digest, [...result.lossHistory], figures(result)]);
}

async function finish(session: TrainingSession): Promise<TrainingResult> {
  while (!session.done) await session.step();
  const result = session.result();
  await session.dispose();
  return result;
}

const outcome = async (session: TrainingSession) => bytesOf(await finish(session));

describe('training', () => {
  it('learns, and returns the weights of its best evaluation with frozen ones untouched', async () => {
    const given = options();
    const before = tinyClassifier().parameters;
    const progress: TrainingProgress[] = [];
    const result = await trainToEnd(given, { onProgress: (event) => progress.push(event) });
    expect(figures(result)).toMatchObject({ steps: 40, totalSteps: 40, bestScore: 1, stoppedEarly: false });
    expect(result.lossHistory.at(-1)).toBeLessThan(0.6);
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(progress.filter(({ validation }) => validation).map(({ step }) => step)).toEqual(
      Array.from({ length: 10 }, (_, i) => 4 * i + 4),
    );
    expect(progress.at(-1)).toMatchObject({ epoch: 5, secondsLeft: 0 });
    expect([...result.weights.keys()]).toEqual([...before.keys()]);
    for (const [name, tensor] of before) {
      const unchanged = Buffer.compare(
        Buffer.from(float32Data(tensor).slice().buffer),
        Buffer.from(float32Data(result.weights.get(name)!).slice().buffer),
      );
      expect([name, unchanged === 0]).toEqual([name, name.startsWith('bert.embeddings.')]);
    }
  });

  it('ends bit-identical when it is cut and resumed after any step', async () => {
    const recipe = { ...tinyRecipe, epochs: 2 };
    const undisturbed = await outcome(await TrainingSession.create(options({ recipe })));
    // Before the first step, before and after an evaluation, at the end of an epoch, after the last step.
    for (const cut of [0, 3, 4, 8, 13, 16]) {
      const session = await TrainingSession.create(options({ recipe }));
      for (let step = 0; step < cut; step++) await session.step();
      const resumeFrom = session.checkpoint();
      await session.dispose();
      const resumed = await TrainingSession.create(options({ recipe, resumeFrom }));
      expect([cut, await outcome(resumed)]).toEqual([cut, undisturbed]);
    }
  }, 60_000);

  it.each<Partial<TrainingRecipe>>([
    { optimizer: { type: 'sgd', momentum: 0.9, nesterov: true }, learningRate: 0.05, schedule: 'constant' },
    { optimizer: { type: 'adafactor' }, learningRate: 0.02, schedule: 'cosine', warmupSteps: 3 },
    { layerwiseDecay: 0.8, microBatchSize: 3 },
  ])('learns with %j, and ends bit-identical when it is resumed', async (changes) => {
    const recipe = { ...tinyRecipe, ...changes };
    const session = await TrainingSession.create(options({ recipe }));
    for (let step = 0; step < 13; step++) await session.step();
    const resumeFrom = session.checkpoint();
    const undisturbed = await finish(session);
    // Three classes: a third is what guessing gives.
    expect(undisturbed.bestScore).toBeGreaterThan(0.85);
    const resumed = await TrainingSession.create(options({ recipe, resumeFrom }));
    expect(await outcome(resumed)).toBe(bytesOf(undisturbed));
  });

  it('takes the same steps in micro-batches as at once', async () => {
    const once = await trainToEnd(options());
    const parts = await trainToEnd(options({ recipe: { ...tinyRecipe, microBatchSize: 3 } }));
    once.lossHistory.forEach((loss, step) => {
      expect(Math.abs(parts.lossHistory[step]! - loss)).toBeLessThan(1e-4);
    });
  });

  it('stops early once macro-F1 no longer rises, and stays stopped when resumed', async () => {
    const recipe = { ...tinyRecipe, epochs: 50, earlyStopping: { patience: 2, minDelta: 0.01 } };
    const session = await TrainingSession.create(options({ recipe }));
    while (!session.done) await session.step();
    const result = session.result();
    expect(result.stoppedEarly).toBe(true);
    expect(result.steps).toBeLessThan(result.totalSteps);
    expect(result.bestScore).toBe(Math.max(...result.validationHistory.map(({ score }) => score)));
    const resumed = await TrainingSession.create(options({ recipe, resumeFrom: session.checkpoint() }));
    expect(resumed.done).toBe(true);
    expect(bytesOf(resumed.result())).toBe(bytesOf(result));
    await Promise.all([session.dispose(), resumed.dispose()]);
  });

  it('returns the last weights where there is nothing to validate on', async () => {
    const result = await trainToEnd(options({ validation: [], recipe: { ...tinyRecipe, epochs: 1 } }));
    expect(figures(result)).toMatchObject({ bestScore: null, bestStep: 8, validationHistory: [] });
  });

  it('refuses a checkpoint of a run with another recipe, other examples or other weights', async () => {
    const session = await TrainingSession.create(options());
    const resumeFrom = session.checkpoint();
    await session.dispose();
    const classifier = tinyClassifier();
    float32Data(classifier.parameters.get('classifier.bias')!)[0]! += 1;
    const others: Partial<TrainingOptions>[] = [
      { recipe: { ...tinyRecipe, seed: 2 } },
      { train: tinyExamples(60, 3) },
      { validation: tinyExamples(23, 2) },
      { model: classifier },
    ];
    for (const other of others) {
      await expect(TrainingSession.create(options({ ...other, resumeFrom }))).rejects.toMatchObject({
        code: 'CHECKPOINT_CORRUPT',
      });
    }
  });

  it('says at which step the loss stopped being finite, before the weights are touched', async () => {
    const classifier = tinyClassifier();
    float32Data(classifier.parameters.get('classifier.weight')!)[0] = Number.NaN;
    const session = await TrainingSession.create(options({ model: classifier }));
    await expect(session.step()).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE', details: { step: 1 } });
    expect(float32Data(session.result().weights.get('classifier.bias')!)).toEqual(
      float32Data(tinyClassifier().parameters.get('classifier.bias')!),
    );
    await session.dispose();
  });

  it('refuses examples the model cannot read', async () => {
    const refusal = (ids: number[], label: number) =>
      expect(
        TrainingSession.create(
          options({ train: [{ ids: Int32Array.from(ids), target: Int32Array.of(label) }] }),
        ),
      ).rejects;
    await refusal([1, 2], 3).toMatchObject({ code: 'LABEL_UNKNOWN' });
    await refusal([1, 211], 0).toMatchObject({ code: 'TOKENIZER_INVALID' });
    await refusal([], 0).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refusal(
      Array.from({ length: 41 }, () => 1),
      0,
    ).toMatchObject({ code: 'SHAPE_MISMATCH' });
    await expect(TrainingSession.create(options({ train: [] }))).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  });

  it('stops within one step when cancelled', async () => {
    const cancellation = new AbortController();
    const steps: number[] = [];
    const run = trainToEnd(options(), {
      signal: cancellation.signal,
      onProgress: ({ step }) => {
        steps.push(step);
        if (step === 3) cancellation.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(steps).toEqual([1, 2, 3]);
  });
});
