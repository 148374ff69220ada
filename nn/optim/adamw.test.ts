import { describe, expect, it } from '@jest/globals';
import { Random } from '../random.js';
import { float32Data, float32Tensor, type Tensor } from '../tensor.js';
import { AdamW, type AdamWOptions } from './adamw.js';
import { ParameterArena } from './arena.js';
import { decaysByDefault } from './optimizer.js';

const options: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  decays: decaysByDefault,
};
const SHAPES: [string, number[]][] = [
  ['layer.weight', [7, 5]],
  ['layer.bias', [7]],
  ['LayerNorm.weight', [3]],
  ['head.weight', [2, 7]],
  ['head.scalar', []],
];

function randomParameters(seed: number): Map<string, Tensor> {
  const random = new Random(seed);
  return new Map(
    SHAPES.map(([name, dims]) => {
      const tensor = float32Tensor(dims);
      const data = float32Data(tensor);
      for (let i = 0; i < data.length; i++) data[i] = random.normal();
      return [name, tensor];
    }),
  );
}

/** The update rule of torch.optim.AdamW written down in float64. */
function reference(
  weights: Map<string, Tensor>,
  gradients: Map<string, Tensor>[],
  lr: number,
  maxNorm: number | null,
) {
  const result = new Map(
    [...weights].map(([name, { data }]) => {
      const w = Array.from(data, Number);
      return [name, { w, m: w.map(() => 0), v: w.map(() => 0) }];
    }),
  );
  gradients.forEach((step, index) => {
    const all = [...step.values()].flatMap(({ data }) => Array.from(data, Number));
    const norm = Math.sqrt(all.reduce((sum, g) => sum + g * g, 0));
    const scale = maxNorm === null ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
    for (const [name, state] of result) {
      const decay = decaysByDefault({ name, dims: step.get(name)!.dims }) ? options.weightDecay : 0;
      state.w.forEach((value, i) => {
        const g = Number(step.get(name)!.data[i]) * scale;
        const m = options.beta1 * state.m[i]! + (1 - options.beta1) * g;
        const v = options.beta2 * state.v[i]! + (1 - options.beta2) * g * g;
        const mHat = m / (1 - options.beta1 ** (index + 1));
        const vHat = v / (1 - options.beta2 ** (index + 1));
        state.w[i] = value * (1 - lr * decay) - (lr * mHat) / (Math.sqrt(vHat) + options.epsilon);
        state.m[i] = m;
        state.v[i] = v;
      });
    }
  });
  return result;
}

function train(maxGradNorm: number | null, steps: number): ParameterArena {
  const arena = new ParameterArena(randomParameters(1));
  const optimizer = new AdamW(arena, options);
  for (let step = 0; step < steps; step++) {
    arena.load('gradients', randomParameters(100 + step));
    optimizer.step({ learningRate: 1e-2, maxGradNorm }, optimizer.gradNorm());
  }
  return arena;
}

describe('AdamW', () => {
  it.each([null, 1])('follows the float64 reference over 50 steps with maxGradNorm %p', (maxGradNorm) => {
    const gradients = Array.from({ length: 50 }, (_, step) => randomParameters(100 + step));
    const expected = reference(randomParameters(1), gradients, 1e-2, maxGradNorm);
    const arena = train(maxGradNorm, 50);
    for (const [name, { w, m, v }] of expected) {
      const near = (region: 'weights' | 'firstMoments' | 'secondMoments', values: number[]) =>
        float32Data(arena.region(region).get(name)!).forEach((value, i) => {
          expect(Math.abs(value - values[i]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(values[i]!)));
        });
      near('weights', w);
      near('firstMoments', m);
      near('secondMoments', v);
    }
  });

  it('gives bit-equal weights for equal inputs, also when resumed half way', () => {
    const straight = train(1, 20).copy('weights');
    const half = train(1, 10);
    const arena = new ParameterArena(half.copy('weights'));
    arena.load('firstMoments', half.copy('firstMoments'));
    arena.load('secondMoments', half.copy('secondMoments'));
    const optimizer = new AdamW(arena, options);
    optimizer.resumeAt(10);
    for (let step = 10; step < 20; step++) {
      arena.load('gradients', randomParameters(100 + step));
      optimizer.step({ learningRate: 1e-2, maxGradNorm: 1 }, optimizer.gradNorm());
    }
    for (const [name, { data }] of straight) {
      expect([...float32Data(arena.region('weights').get(name)!)]).toEqual([...data]);
    }
    expect(optimizer.stepCount).toBe(20);
  });

  it('measures the norm of all gradients together and shows what is not finite', () => {
    const arena = new ParameterArena(
      new Map([
        ['a', float32Tensor([5])],
        ['b', float32Tensor([1])],
      ]),
    );
    const optimizer = new AdamW(arena, options);
    float32Data(arena.region('gradients').get('a')!).set([3, 0, 0, 0, 4]);
    float32Data(arena.region('gradients').get('b')!).set([12]);
    expect(optimizer.gradNorm()).toBe(13);
    float32Data(arena.region('gradients').get('b')!).set([1e30]);
    expect(optimizer.gradNorm()).toBeCloseTo(Math.fround(1e30), -20);
    float32Data(arena.region('gradients').get('b')!).set([Number.NaN]);
    expect(optimizer.gradNorm()).toBeNaN();
  });

  it('refuses a model that does not fit its memory before allocating', () => {
    const giant = { dtype: 'float32', dims: [300_000, 1000], data: new Float32Array(0) } as const;
    expect(() => new ParameterArena(new Map([['giant', giant]]))).toThrow(/freeze more/);
  });
});
