import { elementwise } from './elementwise.js';
import { type Code, f32x4, local, v128 } from './wasmAssembler.js';

export interface SgdKernels {
  /** `w -= learningRate * g` with `g = gradientScale * gradient + weightDecay * w`. */
  sgd(
    weights: number,
    gradients: number,
    byteLength: number,
    gradientScale: number,
    weightDecay: number,
    learningRate: number,
  ): void;
  /**
   * Stochastic gradient descent with momentum, as torch.optim.SGD without dampening:
   *
   *     g = gradientScale * gradient + weightDecay * w
   *     b = momentum * b + g
   *     w = w - learningRate * (gradientShare * g + bufferShare * b)
   *
   * Shares are 0 and 1, or for Nesterov's form 1 and `momentum`.
   */
  sgdMomentum(
    weights: number,
    buffers: number,
    gradients: number,
    byteLength: number,
    gradientScale: number,
    weightDecay: number,
    learningRate: number,
    momentum: number,
    gradientShare: number,
    bufferShare: number,
  ): void;
}

export const sgdFunction = elementwise(
  { name: 'sgd', arrays: 2, scalars: 3, temporaries: 1 },
  ({ at, scalars, temporaries }) => {
    const [weights, gradients] = at as [Code, Code];
    const [scale, weightDecay, learningRate] = scalars as [Code, Code, Code];
    const [w] = temporaries as [number];
    const g = decayedGradient(gradients, scale, weightDecay, local.get(w));
    return [
      ...local.set(w, v128.load(weights)),
      ...v128.store(weights, f32x4.sub(local.get(w), f32x4.mul(learningRate, g))),
    ];
  },
);

export const sgdMomentumFunction = elementwise(
  { name: 'sgdMomentum', arrays: 3, scalars: 6, temporaries: 3 },
  ({ at, scalars, temporaries }) => {
    const [weights, buffers, gradients] = at as [Code, Code, Code];
    const [scale, weightDecay, learningRate, momentum, gradientShare, bufferShare] = scalars as [
      Code,
      Code,
      Code,
      Code,
      Code,
      Code,
    ];
    const [w, g, b] = temporaries as [number, number, number];
    const update = f32x4.add(f32x4.mul(gradientShare, local.get(g)), f32x4.mul(bufferShare, local.get(b)));
    return [
      ...local.set(w, v128.load(weights)),
      ...local.set(g, decayedGradient(gradients, scale, weightDecay, local.get(w))),
      ...local.set(b, f32x4.add(f32x4.mul(momentum, v128.load(buffers)), local.get(g))),
      ...v128.store(buffers, local.get(b)),
      ...v128.store(weights, f32x4.sub(local.get(w), f32x4.mul(learningRate, update))),
    ];
  },
);

function decayedGradient(gradients: Code, scale: Code, weightDecay: Code, w: Code): Code {
  return f32x4.add(f32x4.mul(v128.load(gradients), scale), f32x4.mul(weightDecay, w));
}
