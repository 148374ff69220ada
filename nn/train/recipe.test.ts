import { describe, expect, it } from '@jest/globals';
import { optimizerSettings, planTraining } from './recipe.js';
import { tinyClassifier, tinyRecipe } from './testing/tinyRun.js';

describe('planTraining', () => {
  it('counts the smaller last batch of an epoch', () => {
    expect(planTraining({ ...tinyRecipe, epochs: 2, batchSize: 16 }, 33)).toEqual({
      stepsPerEpoch: 3,
      totalSteps: 6,
      warmupSteps: 1,
      evaluateEverySteps: 2,
    });
  });

  it('adds epochs, not evaluations, for few examples', () => {
    const recipe = { ...tinyRecipe, epochs: 2, batchSize: 16, evaluationsPerEpoch: 1, minSteps: 100 };
    expect(planTraining(recipe, 33)).toMatchObject({ totalSteps: 102, evaluateEverySteps: 51 });
  });
});

describe('planTraining of warm-up steps', () => {
  it('takes their number before their share', () => {
    expect(planTraining({ ...tinyRecipe, warmupRatio: 0.5, warmupSteps: 3 }, 33).warmupSteps).toBe(3);
  });
});

describe('optimizerSettings', () => {
  it('is AdamW on all layers alike, without sums, where the recipe says nothing', () => {
    expect(optimizerSettings(tinyRecipe, tinyClassifier())).toEqual({
      type: 'adamw',
      weightDecay: tinyRecipe.weightDecay,
      accumulates: false,
    });
    expect(
      optimizerSettings({ ...tinyRecipe, microBatchSize: tinyRecipe.batchSize }, tinyClassifier())
        .accumulates,
    ).toBe(false);
  });

  it('gives lower layers their share of the rate', () => {
    const { learningRateScale } = optimizerSettings({ ...tinyRecipe, layerwiseDecay: 0.5 }, tinyClassifier());
    expect(learningRateScale!({ name: 'bert.encoder.layer.0.output.dense.weight', dims: [2, 2] })).toBe(0.25);
  });

  it.each([{ microBatchSize: 0 }, { microBatchSize: 1.5 }, { layerwiseDecay: 0 }, { layerwiseDecay: 1.1 }])(
    'refuses %j',
    (changes) => {
      expect(() => optimizerSettings({ ...tinyRecipe, ...changes }, tinyClassifier())).toThrow(
        expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
      );
    },
  );
});
