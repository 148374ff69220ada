import { describe, expect, it } from '@jest/globals';
import { NnError } from '../errors.js';
import { tinyModel, tinyRecipe } from '../train/testing/tinyRun.js';
import { blankModel } from './blankModel.js';
import { memorySavings, requireMemory } from './requireMemory.js';
import { estimateTraining } from './trainingEstimate.js';

const widths = { hidden_size: 256, intermediate_size: 1024, vocab_size: 8000, max_position_embeddings: 256 };
const model = blankModel({ ...tinyModel, configJson: { ...(tinyModel.configJson as object), ...widths } });
const recipe = { ...tinyRecipe, freeze: 'none' as const, batchSize: 32 };
const workload = { sequence: 256 };
const { totalBytes } = estimateTraining(model, recipe, workload);

const refusal = (bytesMax: number): NnError => {
  try {
    requireMemory(model, recipe, workload, bytesMax);
  } catch (error) {
    if (error instanceof NnError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('requireMemory', () => {
  it('lets a run pass that fits, with what it takes', () => {
    expect(requireMemory(model, recipe, workload, totalBytes).totalBytes).toBe(totalBytes);
  });

  it('refuses one that does not, and says what both are and what would', () => {
    const bytesMax = Math.floor(0.8 * totalBytes);
    const { code, message, details } = refusal(bytesMax);
    expect(code).toBe('MEMORY_INSUFFICIENT');
    expect(message).toContain(`${Math.ceil(totalBytes / 2 ** 20)} MB`);
    expect(message).toMatch(/microBatchSize: \d+/);
    expect(details).toMatchObject({ totalBytes, bytesMax });
  });

  it('says so where nothing would fit', () => {
    expect(refusal(2 ** 20).message).toMatch(/smaller base model or a larger machine/);
  });

  it.each([0.7])('advises only what fits into %s of it, each alone or all together', (share) => {
    const bytesMax = share * totalBytes;
    const savings = memorySavings(model, recipe, workload, bytesMax);
    expect(savings.length).toBeGreaterThan(0);
    for (const saving of savings) {
      const again = estimateTraining(model, saving.recipe, saving.workload);
      expect(again.totalBytes).toBe(saving.totalBytes);
      expect(again.totalBytes).toBeLessThanOrEqual(bytesMax);
    }
  });

  it('advises what a run of several steps, or one in half precision, can change', () => {
    const looped = { ...workload, stepsPerRun: 4 };
    const most = estimateTraining(model, recipe, looped).totalBytes;
    expect(memorySavings(model, recipe, looped, most - 1)[0]).toMatchObject({
      what: 'no stepsPerRun',
      totalBytes,
    });
    const half = { ...recipe, precision: 'float16' } as const;
    expect(memorySavings(model, half, workload, totalBytes).map(({ what }) => what)).toContain(
      'precision: float32',
    );
  });

  it('advises the largest micro-batch that fits', () => {
    const bytesMax = 0.8 * totalBytes;
    const found = memorySavings(model, recipe, workload, bytesMax).find(({ what }) =>
      what.startsWith('microBatchSize'),
    )!;
    const twice = { ...recipe, microBatchSize: 2 * found.recipe.microBatchSize! };
    const larger = twice.microBatchSize === recipe.batchSize ? recipe : twice;
    expect(estimateTraining(model, larger, workload).totalBytes).toBeGreaterThan(bytesMax);
  });
});
