import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import type { Provider } from '../exec/runner.js';
import { encodeModel } from '../graph/encode.js';
import { trainingGraphOf } from '../models/training.js';
import { gradientName } from '../models/types.js';
import {
  createOptimizer,
  type OptimizerSettings,
  type ParameterArena,
  scheduledRate,
} from '../optim/index.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { tinyClassifier } from '../train/testing/tinyRun.js';
import { buildStepLoop } from './buildStepLoop.js';
import type { StepFeeds } from './stackBatches.js';
import { StepLoopRunner } from './stepLoopRunner.js';

const STEPS = 56;
const MAX_GRAD_NORM = 0.7;
const schedule = { shape: 'cosine', learningRate: 2e-3, warmupSteps: 10, totalSteps: 60 } as const;
const classifier = tinyClassifier();
const training = trainingGraphOf(classifier, { trainable: (name) => !name.includes('embeddings') });
const trainable = new Map(training.trainable.map((name) => [name, classifier.parameters.get(name)!]));
const adamw: OptimizerSettings = {
  type: 'adamw',
  weightDecay: 0.1,
  learningRateScale: ({ name }) => (name.includes('layer.0.') ? 0.5 : 1),
};

/** Batches of several heights and widths, the ends of some rows masked. */
const random = new Random(20261124);
const batches: StepFeeds[] = Array.from({ length: STEPS }, (_, step) => {
  const dims = [2 + (step % 3), 5 + (step % 4)] as const;
  const count = dims[0] * dims[1];
  const draw = (length: number, value: (at: number) => number) =>
    BigInt64Array.from({ length }, (__, at) => BigInt(value(at)));
  return {
    input_ids: int64Tensor(
      dims,
      draw(count, () => 10 + random.below(180)),
    ),
    attention_mask: int64Tensor(
      dims,
      draw(count, (at) => (at % dims[1] > 3 ? random.below(2) : 1)),
    ),
    labels: int64Tensor(
      [dims[0]],
      draw(dims[0], () => random.below(3)),
    ),
  };
});

interface Trained {
  readonly arena: ParameterArena;
  readonly losses: readonly number[];
  readonly gradNorms: readonly number[];
}

async function outside(settings: OptimizerSettings, steps: number): Promise<Trained> {
  const { arena, optimizer } = createOptimizer(trainable, settings);
  const runner = await createRunner(encodeModel(training.graph), { threads: 1 });
  const gradients = [...arena.region('gradients')].map(([name, tensor]) => [gradientName(name), tensor]);
  const [losses, gradNorms]: [number[], number[]] = [[], []];
  for (const [step, feeds] of batches.slice(0, steps).entries()) {
    const loss = float32Tensor([]);
    await runner.run(
      { ...feeds, ...Object.fromEntries(arena.region('weights')) },
      { loss, ...(Object.fromEntries(gradients) as Record<string, Tensor>) },
    );
    const gradNorm = optimizer.gradNorm();
    losses.push(float32Data(loss)[0]!);
    gradNorms.push(gradNorm);
    const learningRate = scheduledRate(schedule, step);
    optimizer.step({ learningRate, maxGradNorm: MAX_GRAD_NORM }, gradNorm);
  }
  await runner.dispose();
  return { arena, losses, gradNorms };
}

interface InGraph {
  readonly settings?: OptimizerSettings;
  readonly steps?: number;
  readonly bucketElementsMax?: number;
  readonly provider?: Provider;
}

async function inGraph(
  stepsPerRun: number,
  { settings = adamw, steps = STEPS, bucketElementsMax, provider = 'cpu' }: InGraph = {},
): Promise<Trained> {
  const { arena } = createOptimizer(trainable, settings);
  const options = { optimizer: settings, schedule, maxGradNorm: MAX_GRAD_NORM };
  const loop = buildStepLoop(training, options, bucketElementsMax);
  const model = await createRunner(encodeModel(loop.graph), { threads: 1, providers: [provider] });
  const runner = new StepLoopRunner(loop, arena, model);
  const [losses, gradNorms]: [number[], number[]] = [[], []];
  for (let step = 0; step < steps; step += stepsPerRun) {
    const found = await runner.run(batches.slice(step, Math.min(step + stepsPerRun, steps)), step);
    losses.push(...found.losses);
    gradNorms.push(...found.gradNorms);
  }
  await runner.dispose();
  return { arena, losses, gradNorms };
}

const regionsOf = ({ stateRegions }: ParameterArena) => ['weights', ...stateRegions] as const;
const bytesOf = (arena: ParameterArena) =>
  regionsOf(arena).flatMap((region) =>
    [...arena.copy(region)].map(([name, { data }]) => [region, name, data]),
  );

/** A key's bias moves all scores of a row alike: its gradient is exactly zero, and what is computed is noise. */
const isNoise = (name: string) => name.endsWith('key.bias');

function expectNear(found: Trained, expected: Trained, tolerance: number): void {
  for (const [step, loss] of expected.losses.entries()) {
    expect(Math.abs(found.losses[step]! - loss)).toBeLessThanOrEqual(tolerance);
    const norm = expected.gradNorms[step]!;
    expect(Math.abs(found.gradNorms[step]! - norm) / norm).toBeLessThanOrEqual(tolerance);
  }
  expect(found.losses).toHaveLength(expected.losses.length);
  for (const region of regionsOf(expected.arena)) {
    for (const [name, tensor] of expected.arena.region(region)) {
      if (isNoise(name)) continue;
      const [values, others] = [float32Data(tensor), float32Data(found.arena.region(region).get(name)!)];
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = values.reduce((most, value, at) => Math.max(most, Math.abs(value - others[at]!)), 0);
      const ok = error <= tolerance * largest;
      expect({ region, name, error: error / largest, ok }).toMatchObject({ ok: true });
    }
  }
}

describe('many steps in one run', () => {
  it.each<[string, number, OptimizerSettings]>([
    ['AdamW', STEPS, adamw],
    ['SGD with momentum', 20, { type: 'sgd', weightDecay: 0.1, nesterov: true }],
    ['SGD alone', 8, { type: 'sgd', weightDecay: 0.1, momentum: 0 }],
  ])(
    'with %s end after %i where as many runs with the optimiser outside do',
    async (_, steps, settings) => {
      expectNear(await inGraph(16, { steps, settings }), await outside(settings, steps), 1e-4);
    },
    60_000,
  );

  it('end at the same bits, however many are in a run', async () => {
    const steps = 20;
    const alone = await inGraph(1, { steps });
    for (const stepsPerRun of [4, 9, steps]) {
      const together = await inGraph(stepsPerRun, { steps });
      expect(together.losses).toEqual(alone.losses);
      expect(together.gradNorms).toEqual(alone.gradNorms);
      expect(bytesOf(together.arena)).toEqual(bytesOf(alone.arena));
    }
  }, 60_000);

  it('end alike, whether parameters are updated one by one or together', async () => {
    const steps = 20;
    expectNear(await inGraph(10, { steps, bucketElementsMax: 1 }), await inGraph(10, { steps }), 1e-4);
  }, 60_000);

  it('end alike on the interpreter', async () => {
    const steps = 6;
    expectNear(await inGraph(3, { steps, provider: 'tfjs-wasm' }), await inGraph(3, { steps }), 1e-4);
  }, 60_000);

  it('refuses a batch that is not what the graph takes', async () => {
    const { arena } = createOptimizer(trainable, adamw);
    const loop = buildStepLoop(training, { optimizer: adamw, schedule, maxGradNorm: null });
    const model = await createRunner(encodeModel(loop.graph), { threads: 1 });
    const runner = new StepLoopRunner(loop, arena, model);
    const before = bytesOf(arena);
    const { labels: _, ...unlabelled } = batches[0]!;
    const wide = { ...batches[0]!, attention_mask: int64Tensor([2, 6]) };
    for (const wrong of [unlabelled, wide]) {
      const run = runner.run([batches[0]!, wrong], 0);
      await expect(run).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    }
    expect(bytesOf(arena)).toEqual(before);
    await runner.dispose();
  });
});
