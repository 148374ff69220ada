import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { gradientName } from '../models/types.js';
import { GraphBuilder } from '../ops/builder.js';
import { createOptimizer } from '../optim/index.js';
import { float32Tensor } from '../tensor.js';
import { buildStepLoop } from './buildStepLoop.js';
import type { StepFeeds } from './stackBatches.js';
import { StepLoopRunner } from './stepLoopRunner.js';

/** The sum of (x w)^2 over the pairs of a batch, whose rows are two a pair. */
function squares() {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', ['2*pairs', 3]);
  const w = builder.input('w', 'float32', [3, 1]);
  const pairs = builder.emit('Reshape-19', [builder.emit('MatMul-13', [x, w]), builder.indices([-1, 2])]);
  const squared = builder.emit('Mul-14', [pairs, pairs]);
  const loss = builder.emit('ReduceSum-13', [squared], { keepdims: int(0) });
  const gradient = differentiate(builder, loss, ['w']).get('w')!;
  const graph = builder.build('training', { loss, [gradientName('w')]: gradient });
  return { graph, trainable: ['w'], inputs: ['x'] };
}

const feeds = (rows: number, value: number): StepFeeds => ({
  x: float32Tensor(
    [rows, 3],
    Float32Array.from({ length: 3 * rows }, (_, at) => value * (at + 1)),
  ),
});
const good = [feeds(2, 0.5), feeds(4, 0.25), feeds(2, 0.125), feeds(6, 0.1)];
const parameters = new Map([['w', float32Tensor([3, 1], Float32Array.of(1, -2, 3))]]);
const optimizer = { type: 'adamw', weightDecay: 0.1 } as const;
const schedule = { shape: 'linear', learningRate: 0.1, warmupSteps: 0, totalSteps: 20 } as const;

async function stateAfter(batches: readonly StepFeeds[]) {
  const { arena } = createOptimizer(parameters, optimizer);
  const loop = buildStepLoop(squares(), { optimizer, schedule, maxGradNorm: 1 });
  const model = await createRunner(encodeModel(loop.graph), { threads: 1 });
  const runner = new StepLoopRunner(loop, arena, model);
  const found = await runner.run(batches, 5);
  await runner.dispose();
  const state = (['weights', ...arena.stateRegions] as const).map((region) => [
    ...arena.region(region).get('w')!.data,
  ]);
  return { losses: [...found.losses], gradNorms: [...found.gradNorms], state };
}

describe('a step whose loss or gradient is not finite', () => {
  it.each([
    ['is not a number', Number.NaN],
    ['is infinite', Number.POSITIVE_INFINITY],
    // Finite products, an infinite sum of squares.
    ['grows too large', 1e19],
  ])('is the last that runs where a value %s, and leaves the state of the step before', async (_, value) => {
    for (const at of [0, 2, 3]) {
      const found = await stateAfter([...good.slice(0, at), feeds(2, value), ...good.slice(at)]);
      expect(found.losses).toHaveLength(at + 1);
      expect(found.gradNorms).toHaveLength(at + 1);
      expect(Number.isFinite(found.losses[at]! + found.gradNorms[at]!)).toBe(false);
      const before = await stateAfter(good.slice(0, at));
      expect(found.state).toEqual(before.state);
      expect(found.losses.slice(0, at)).toEqual(before.losses);
    }
  });

  it('does not stop a run in which there is none', async () => {
    const found = await stateAfter(good);
    expect(found.losses).toHaveLength(good.length);
    expect(found.state.flat().every(Number.isFinite)).toBe(true);
    expect(found.state).not.toEqual((await stateAfter(good.slice(0, 3))).state);
  });
});
