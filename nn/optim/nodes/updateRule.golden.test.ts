import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../../exec/createRunner.js';
import { encodeModel } from '../../graph/encode.js';
import { GraphBuilder } from '../../ops/builder.js';
import { Random } from '../../random.js';
import { elementCount, float32Data, float32Tensor, type Tensor } from '../../tensor.js';
import { createOptimizer, type OptimizerSettings } from '../createOptimizer.js';
import { groupOf } from '../optimizer.js';
import { GOLDEN_RULES, goldenGroup } from '../testing/optimizerGoldens.js';
import { emitClipping, emitGradientNorm } from './gradientNorm.js';
import { updateRule } from './updateRule.js';

type Tensors = ReadonlyMap<string, Tensor>;
type State = ReadonlyMap<string, Tensors>;

const initial = goldenGroup('weights');
const LEARNING_RATE = 0.01;

const CASES: readonly (readonly [string, OptimizerSettings, number | null])[] = [
  ['sgd', { type: 'sgd', momentum: 0, weightDecay: 0 }, null],
  ['sgd-decay', { type: 'sgd', momentum: 0, weightDecay: 0.1 }, null],
  ['sgd-momentum', { type: 'sgd', momentum: 0.9, weightDecay: 0.1 }, null],
  ['sgd-nesterov', { type: 'sgd', momentum: 0.8, nesterov: true, weightDecay: 0.1 }, 0.5],
  ['adamw', { type: 'adamw', weightDecay: 0.1 }, null],
  ['adamw-clipped', { type: 'adamw', weightDecay: 0.1 }, 0.5],
];

/** One update of every parameter as a model: REGION/NAME and gradients/NAME in, new/REGION/NAME and the norm out. */
function updateModel(settings: OptimizerSettings, maxGradNorm: number | null): Uint8Array {
  const builder = new GraphBuilder();
  const rule = updateRule(settings);
  const input = (region: string, name: string) =>
    builder.input(`${region}/${name}`, 'float32', initial.get(name)!.dims);
  const names = [...initial.keys()];
  const gradients = names.map((name) => input('gradients', name));
  const norm = emitGradientNorm(builder, gradients);
  const update = rule.prepare(builder, {
    learningRate: builder.scalar(LEARNING_RATE),
    step: builder.input('step', 'float32', []),
    ...(maxGradNorm !== null && { gradientScale: emitClipping(builder, norm, maxGradNorm) }),
  });
  const outputs = names.flatMap((name, at) => {
    const { weights, state } = update(builder, {
      weights: input('weights', name),
      gradients: gradients[at]!,
      state: Object.fromEntries(rule.stateRegions.map((region) => [region, input(region, name)])),
      ...groupOf({ name, dims: initial.get(name)!.dims }, GOLDEN_RULES),
    });
    return Object.entries({ weights, ...state }).map(
      ([region, value]) => [`new/${region}/${name}`, value!] as const,
    );
  });
  return encodeModel(builder.build('update', { norm, ...Object.fromEntries(outputs) }));
}

const zeros = ({ dims }: Tensor) => float32Tensor(dims);

/** Weights and state after a step for each of `gradients`. */
async function updated(
  [, settings, maxGradNorm]: (typeof CASES)[number],
  gradients: readonly Tensors[],
): Promise<State> {
  const { stateRegions } = updateRule(settings);
  const regions = ['weights', ...stateRegions];
  let state = new Map<string, Tensor>(
    regions.flatMap((region) =>
      [...initial].map(
        ([name, tensor]) => [`${region}/${name}`, region === 'weights' ? tensor : zeros(tensor)] as const,
      ),
    ),
  );
  const runner = await createRunner(updateModel(settings, maxGradNorm), { threads: 1 });
  const fetches = Object.fromEntries([...state.keys()].map((name) => [`new/${name}`, null]));
  for (const [step, given] of gradients.entries()) {
    const feeds = {
      step: float32Tensor([], Float32Array.of(step + 1)),
      ...Object.fromEntries([...given].map(([name, tensor]) => [`gradients/${name}`, tensor])),
      ...Object.fromEntries(state),
    };
    const found = await runner.run(feeds, fetches);
    state = new Map([...state.keys()].map((name) => [name, found[`new/${name}`]!]));
  }
  await runner.dispose();
  return new Map(
    regions.map((region) => [
      region,
      new Map([...initial.keys()].map((name) => [name, state.get(`${region}/${name}`)!])),
    ]),
  );
}

/** Largest difference relative to the tensor's largest value. */
function relativeError(actual: Tensor, expected: Tensor): number {
  const [a, e] = [float32Data(actual), float32Data(expected)];
  const scale = e.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return e.reduce((most, value, at) => Math.max(most, Math.abs(value - a[at]!)), 0) / scale;
}

function expectNear(state: State, expected: (region: string, name: string) => Tensor): void {
  for (const [region, values] of state) {
    for (const [name, tensor] of values) {
      const error = relativeError(tensor, expected(region, name));
      expect({ region, name, error, ok: error < 2e-6 }).toMatchObject({ ok: true });
    }
  }
}

describe.each(CASES)('%s as nodes', (...each) => {
  const [name, settings, maxGradNorm] = each;

  it('has the weights and the state of PyTorch after 20 steps', async () => {
    const gradients = Array.from({ length: 20 }, (_, step) => goldenGroup(`gradients/${step}`));
    const reference = goldenGroup(name);
    expectNear(
      await updated(each, gradients),
      (region, parameter) => reference.get(`${region}/${parameter}`)!,
    );
  });

  it('has those of the kernel after 60 steps', async () => {
    const random = new Random(20261124);
    const drawn = Array.from(
      { length: 60 },
      () =>
        new Map(
          [...initial].map(([parameter, { dims }]) => {
            const data = Float32Array.from({ length: elementCount(dims) }, () => random.normal());
            return [parameter, float32Tensor(dims, data)];
          }),
        ),
    );
    const { arena, optimizer } = createOptimizer(initial, { ...settings, ...GOLDEN_RULES });
    for (const gradients of drawn) {
      arena.load('gradients', gradients);
      optimizer.step({ learningRate: LEARNING_RATE, maxGradNorm }, optimizer.gradNorm());
    }
    expectNear(
      await updated(each, drawn),
      (region, parameter) => arena.region(region as 'weights').get(parameter)!,
    );
  });
});

it('is refused for Adafactor, which has no nodes', () => {
  expect(() => updateRule({ type: 'adafactor', weightDecay: 0 })).toThrow(
    expect.objectContaining({ code: 'REQUEST_INVALID' }),
  );
});
