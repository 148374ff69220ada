import type { SgdOptions } from '../sgd.js';
import { scaled, type UpdateRule } from './rule.js';

type Settings = Pick<SgdOptions, 'momentum' | 'nesterov' | 'weightDecay'>;

/** Stochastic gradient descent with momentum, equal to `Sgd` up to the rounding of a step's scalars. */
export function sgdNodes({ momentum, nesterov, weightDecay }: Settings): UpdateRule {
  return {
    stateRegions: momentum === 0 ? [] : ['momentumBuffers'],
    prepare: (_, scalars) => {
      return (inner, { weights, gradients, state, decays, learningRateScale }) => {
        const add = (left: string, right: string) => inner.emit('Add-14', [left, right]);
        const mul = (left: string, right: string) => inner.emit('Mul-14', [left, right]);
        const rate = mul(scalars.learningRate, inner.scalar(learningRateScale));
        const decay = decays && weightDecay > 0 ? mul(inner.scalar(weightDecay), weights) : undefined;
        const scale = scaled(inner, gradients, scalars);
        const g = decay === undefined ? scale : add(scale, decay);
        const minus = (step: string) => inner.emit('Sub-14', [weights, mul(rate, step)]);
        if (momentum === 0) return { weights: minus(g), state: {} };
        const b = add(mul(inner.scalar(momentum), state.momentumBuffers!), g);
        return {
          weights: minus(nesterov ? add(g, mul(inner.scalar(momentum), b)) : b),
          state: { momentumBuffers: b },
        };
      };
    },
  };
}
