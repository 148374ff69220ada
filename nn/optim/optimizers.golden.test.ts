import { describe, expect, it } from '@jest/globals';
import { float32Data, type Tensor } from '../tensor.js';
import { ADAFACTOR_DEFAULTS, ADAFACTOR_LAYOUT, Adafactor } from './adafactor.js';
import { AdamW } from './adamw.js';
import { ADAMW_LAYOUT, type ArenaLayout, ParameterArena } from './arena.js';
import type { Optimizer } from './optimizer.js';
import { Sgd, sgdLayout } from './sgd.js';
import { GOLDEN_RULES, goldenGroup } from './testing/optimizerGoldens.js';

const initial = goldenGroup('weights');
const STEPS = 20;
const LEARNING_RATE = 0.01;

const sgd = (weightDecay: number, momentum = 0, nesterov = false) => ({
  layout: sgdLayout({ momentum }),
  create: (arena: ParameterArena) => new Sgd(arena, { ...GOLDEN_RULES, weightDecay, momentum, nesterov }),
});
const adamw = {
  layout: ADAMW_LAYOUT,
  create: (arena: ParameterArena) =>
    new AdamW(arena, { ...GOLDEN_RULES, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }),
};
const adafactor = (weightDecay: number, scaleParameter: boolean) => ({
  layout: ADAFACTOR_LAYOUT,
  create: (arena: ParameterArena) =>
    new Adafactor(arena, { ...GOLDEN_RULES, ...ADAFACTOR_DEFAULTS, weightDecay, scaleParameter }),
});
interface Kind {
  readonly layout: ArenaLayout;
  readonly create: (arena: ParameterArena) => Optimizer;
}
const CASES: readonly (readonly [string, Kind, number | null])[] = [
  ['sgd', sgd(0), null],
  ['sgd-decay', sgd(0.1), null],
  ['sgd-momentum', sgd(0.1, 0.9), null],
  ['sgd-nesterov', sgd(0.1, 0.8, true), 0.5],
  ['adamw', adamw, null],
  ['adamw-clipped', adamw, 0.5],
  ['adafactor', adafactor(0.1, true), null],
  ['adafactor-unscaled', adafactor(0, false), 0.5],
];

/** Steps `from` to `to` with the golden's gradients times `lossScale`. */
function run(
  arena: ParameterArena,
  optimizer: Optimizer,
  [from, to]: readonly [number, number],
  maxGradNorm: number | null,
  lossScale = 1,
): void {
  for (let step = from; step < to; step += 1) {
    arena.load('gradients', goldenGroup(`gradients/${step}`));
    for (const tensor of arena.region('gradients').values()) {
      const values = float32Data(tensor);
      for (let at = 0; at < values.length; at += 1) values[at]! *= lossScale;
    }
    optimizer.step({ learningRate: LEARNING_RATE, maxGradNorm, lossScale }, optimizer.gradNorm());
  }
}

function trained({ layout, create }: Kind, maxGradNorm: number | null, lossScale?: number): ParameterArena {
  const arena = new ParameterArena(initial, layout);
  run(arena, create(arena), [0, STEPS], maxGradNorm, lossScale);
  return arena;
}

/** Largest difference relative to the tensor's largest value. */
function relativeError(actual: Tensor | undefined, expected: Tensor): number {
  if (actual?.dims.join() !== expected.dims.join()) return Number.POSITIVE_INFINITY;
  const [a, e] = [float32Data(actual), float32Data(expected)];
  const scale = e.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return e.reduce((most, value, at) => Math.max(most, Math.abs(value - a[at]!)), 0) / scale;
}

const values = (arena: ParameterArena) =>
  (['weights', ...arena.stateRegions] as const).map((region) =>
    [...arena.region(region)].map(([name, { data }]) => [region, name, [...data]]),
  );

describe.each(CASES)('%s', (name, kind, maxGradNorm) => {
  it('has the weights and the state of the reference after 20 steps', () => {
    const arena = trained(kind, maxGradNorm);
    const expected = goldenGroup(name);
    const held = (['weights', ...arena.stateRegions] as const).flatMap((region) =>
      [...arena.region(region).keys()].map((parameter) => `${region}/${parameter}`),
    );
    expect(held.sort()).toEqual([...expected.keys()].sort());
    for (const region of ['weights', ...arena.stateRegions] as const) {
      for (const [parameter, tensor] of arena.region(region)) {
        const error = relativeError(tensor, expected.get(`${region}/${parameter}`)!);
        expect({ region, parameter, error, ok: error < 2e-6 }).toMatchObject({ ok: true });
      }
    }
  });

  it('gives bit-equal weights and state again, and when cut and resumed', () => {
    const straight = trained(kind, maxGradNorm);
    expect(values(trained(kind, maxGradNorm))).toEqual(values(straight));
    const before = new ParameterArena(initial, kind.layout);
    const optimizer = kind.create(before);
    run(before, optimizer, [0, 7], maxGradNorm);
    const after = new ParameterArena(before.copy('weights'), kind.layout);
    for (const region of before.stateRegions) after.load(region, before.copy(region));
    const resumed = kind.create(after);
    resumed.resumeAt(optimizer.stepCount);
    run(after, resumed, [7, STEPS], maxGradNorm);
    expect(values(after)).toEqual(values(straight));
  });

  it('undoes a loss scale exactly', () => {
    const plain = trained(kind, maxGradNorm);
    const scaled = trained(kind, maxGradNorm, 2 ** 16);
    for (const [parameter, tensor] of scaled.region('weights')) {
      // Only the clipping factor is rounded differently.
      const error = relativeError(tensor, plain.region('weights').get(parameter)!);
      expect(error).toBeLessThanOrEqual(maxGradNorm === null ? 0 : 1e-6);
    }
  });
});
