import { describe, expect, it } from '@jest/globals';
import { createOptimizer } from '../optim/index.js';
import type { TrainingRecipe } from '../train/recipe.js';
import { tinyClassifier, tinyModel, tinyRecipe } from '../train/testing/tinyRun.js';
import { blankModel } from './blankModel.js';
import { estimateTraining } from './trainingEstimate.js';

const workload = { sequence: 64 };
/** As wide and deep as it takes for recomputation to pay. */
const widths = { hidden_size: 256, intermediate_size: 1024, num_hidden_layers: 6 };
const wide = blankModel({ ...tinyModel, configJson: { ...(tinyModel.configJson as object), ...widths } });
const estimate = (changes: Partial<TrainingRecipe> = {}, model = wide) =>
  estimateTraining(model, { ...tinyRecipe, freeze: 'none', ...changes }, workload);

describe('estimateTraining', () => {
  it('says the same of a configuration and of the model with its weights', () => {
    expect(estimate({}, blankModel(tinyModel))).toEqual(estimate({}, tinyClassifier()));
  });

  it.each(['adamw', 'sgd', 'adafactor'] as const)('counts the bytes that %s works in', (type) => {
    const model = tinyClassifier();
    const { arena } = createOptimizer(model.parameters, { type, weightDecay: 0 });
    const bytes = (region: Parameters<typeof arena.region>[0]) =>
      [...arena.region(region).values()].reduce((sum, { data }) => sum + Math.ceil(data.length / 16) * 64, 0);
    const expected = ['weights' as const, ...arena.stateRegions].reduce(
      (sum, region) => sum + bytes(region),
      0,
    );
    expect(estimate({ optimizer: { type } }, model).optimizerBytes).toBe(expected);
  });

  it('takes less for each way of saving', () => {
    const { totalBytes, activationsBytes, gradientsBytes, optimizerBytes } = estimate();
    expect(estimate({ recomputeActivations: true }).activationsBytes).toBeLessThan(activationsBytes);
    expect(estimate({ microBatchSize: 2 }).activationsBytes).toBeLessThan(activationsBytes / 2);
    expect(estimate({ freeze: 'embeddings' }).gradientsBytes).toBeLessThan(gradientsBytes);
    expect(estimate({ lora: { rank: 2, alpha: 4 } }).optimizerBytes).toBeLessThan(optimizerBytes / 2);
    expect(estimate({ optimizer: { type: 'adafactor' } }).totalBytes).toBeLessThan(totalBytes);
  });

  it('counts the same operations for a step however it is divided, and more for recomputation', () => {
    const whole = estimate().flopsPerStep;
    expect(estimate({ microBatchSize: 2 }).flopsPerStep / whole).toBeCloseTo(1, 2);
    const again = estimate({ recomputeActivations: true }).flopsPerStep / whole;
    expect(again).toBeGreaterThan(1);
    expect(again).toBeLessThanOrEqual(1.25);
  });

  it('takes more for rounded copies in half precision, emulated more than native', () => {
    const { totalBytes, activationsBytes } = estimate();
    const emulated = estimate({ precision: 'float16' });
    const native = estimateTraining(
      wide,
      { ...tinyRecipe, freeze: 'none', precision: 'float16' },
      { ...workload, products: 'native' },
    );
    expect(emulated.totalBytes).toBeGreaterThan(totalBytes);
    expect(emulated.activationsBytes).toBeGreaterThan(activationsBytes);
    expect(native.activationsBytes).toBeLessThan(emulated.activationsBytes);
  });

  it('holds a rounded copy of the weights that are frozen', () => {
    const frozen = { freeze: { bottomLayers: 5 } } as const;
    const added =
      estimate({ ...frozen, precision: 'bfloat16' }).parametersBytes - estimate(frozen).parametersBytes;
    // Of the products' weights alone, for the process and for each of two sessions that packs them besides.
    const layers = [...wide.parameters].filter(([name]) =>
      /layer\.[0-4]\..*(query|key|value|dense)\.weight$/.test(name),
    );
    const bytes = layers.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
    expect(added).toBeGreaterThanOrEqual(bytes);
    expect(added).toBeLessThan(1.2 * bytes);
  });

  it('counts the rows that packing makes of the texts, and their padding alone', () => {
    const lengths = [Int32Array.from({ length: 64 }, (_, at) => (at % 4 === 0 ? 64 : 16))];
    const packed = estimateTraining(
      wide,
      { ...tinyRecipe, freeze: 'none', packing: true },
      { ...workload, packed: { lengths, rowTokens: [64] } },
    );
    expect(packed.activationsBytes).toBeLessThan(estimate().activationsBytes);
    expect(packed.flopsPerStep / estimate().flopsPerStep).toBeCloseTo(28 / 64, 1);
  });

  it('counts the state that a run of several steps carries, and no gradients outside of it', () => {
    const looped = (stepsPerRun: number, changes: Partial<TrainingRecipe> = {}) =>
      estimateTraining(wide, { ...tinyRecipe, freeze: 'none', ...changes }, { ...workload, stepsPerRun });
    const weights = [...wide.parameters.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(looped(1).activationsBytes).toBeGreaterThan(estimate().activationsBytes + 3 * weights);
    expect(looped(2).activationsBytes).toBeGreaterThan(looped(1).activationsBytes + 2 * weights);
    expect(looped(16)).toEqual(looped(2));
    expect(looped(2, { optimizer: { type: 'sgd' } }).totalBytes).toBeLessThan(looped(2).totalBytes);
    expect(() => looped(2, { optimizer: { type: 'adafactor' } })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
  });

  it('tells seconds only from a rate that was measured', () => {
    expect(estimate().secondsPerStep).toBeUndefined();
    const recipe = { ...tinyRecipe, freeze: 'none' as const };
    const timed = estimateTraining(tinyClassifier(), recipe, { ...workload, flopsPerSecond: 1e9 });
    expect(timed.secondsPerStep).toBe(timed.flopsPerStep / 1e9);
  });

  it('refuses a recipe as the run would', () => {
    expect(() => estimate({ microBatchSize: 0 })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });
});
