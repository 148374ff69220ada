import { describe, expect, it } from '@jest/globals';
import { planTraining } from './recipe.js';
import { tinyRecipe } from './testing/tinyRun.js';

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
