import type { Emitter } from '../../ops/rule.js';
import type { AdamWOptions } from '../adamw.js';
import { scaled, type UpdateRule } from './rule.js';

type Settings = Pick<AdamWOptions, 'beta1' | 'beta2' | 'epsilon' | 'weightDecay'>;

/** AdamW (Loshchilov & Hutter 2019), equal to `AdamW` up to the rounding of a step's scalars. */
export function adamwNodes({ beta1, beta2, epsilon, weightDecay }: Settings): UpdateRule {
  return {
    stateRegions: ['firstMoments', 'secondMoments'],
    prepare: (emitter, scalars) => {
      const correction1 = biasCorrection(emitter, beta1, scalars.step);
      const rootCorrection2 = emitter.emit('Sqrt-13', [biasCorrection(emitter, beta2, scalars.step)]);
      return (inner, { weights, gradients, state, decays, learningRateScale }) => {
        const [add, sub, mul, div] = (['Add-14', 'Sub-14', 'Mul-14', 'Div-14'] as const).map(
          (op) => (left: string, right: string) => inner.emit(op, [left, right]),
        ) as [Binary, Binary, Binary, Binary];
        const rate = mul(scalars.learningRate, inner.scalar(learningRateScale));
        const g = scaled(inner, gradients, scalars);
        const m = add(state.firstMoments!, mul(sub(g, state.firstMoments!), inner.scalar(1 - beta1)));
        const v = add(
          mul(state.secondMoments!, inner.scalar(beta2)),
          mul(mul(inner.scalar(1 - beta2), g), g),
        );
        const denominator = add(div(inner.emit('Sqrt-13', [v]), rootCorrection2), inner.scalar(epsilon));
        const update = mul(div(rate, correction1), div(m, denominator));
        const keep = sub(inner.scalar(1), mul(rate, inner.scalar(weightDecay)));
        return {
          weights: sub(decays ? mul(weights, keep) : weights, update),
          state: { firstMoments: m, secondMoments: v },
        };
      };
    },
  };
}

type Binary = (left: string, right: string) => string;

/**
 * 1 - beta^step = 2 t / (1 + t) with t = tanh(-step ln(beta) / 2): subtracting a float32 power from 1 would lose four
 * digits in the first steps.
 */
function biasCorrection(emitter: Emitter, beta: number, step: string): string {
  const half = emitter.emit('Mul-14', [step, emitter.scalar(-Math.log(beta) / 2)]);
  const t = emitter.emit('Tanh-13', [half]);
  const twice = emitter.emit('Mul-14', [t, emitter.scalar(2)]);
  return emitter.emit('Div-14', [twice, emitter.emit('Add-14', [t, emitter.scalar(1)])]);
}
