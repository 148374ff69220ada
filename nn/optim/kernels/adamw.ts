import { elementwise } from './elementwise.js';
import { type Code, f32x4, local, v128 } from './wasmAssembler.js';

export interface AdamWKernel {
  /**
   * One AdamW update (Loshchilov & Hutter 2019, as torch.optim.AdamW) of `byteLength / 4` float32 values:
   *
   *     g = gradientScale * gradient
   *     m += (g - m) * oneMinusBeta1
   *     v  = v * beta2 + oneMinusBeta2 * g * g
   *     w  = w * keep - stepSize * m / (sqrt(v) / rootCorrection2 + epsilon)
   */
  adamw(
    weights: number,
    firstMoments: number,
    secondMoments: number,
    gradients: number,
    byteLength: number,
    gradientScale: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    keep: number,
    stepSize: number,
    rootCorrection2: number,
    epsilon: number,
  ): void;
}

export const adamwFunction = elementwise(
  { name: 'adamw', arrays: 4, scalars: 8, temporaries: 3 },
  ({ at, scalars, temporaries }) => {
    const [weights, firstMoments, secondMoments, gradients] = at as [Code, Code, Code, Code];
    const [scale, oneMinusBeta1, beta2, oneMinusBeta2, keep, stepSize, rootCorrection2, epsilon] =
      scalars as [Code, Code, Code, Code, Code, Code, Code, Code];
    const [g, m, v] = temporaries as [number, number, number];
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(local.get(v)), rootCorrection2), epsilon);
    const update = f32x4.mul(stepSize, f32x4.div(local.get(m), denominator));
    const newSecondMoment = f32x4.add(
      f32x4.mul(v128.load(secondMoments), beta2),
      f32x4.mul(f32x4.mul(oneMinusBeta2, local.get(g)), local.get(g)),
    );
    const gradientMinusMoment = f32x4.sub(local.get(g), local.get(m));
    return [
      ...local.set(g, f32x4.mul(v128.load(gradients), scale)),
      ...local.set(m, v128.load(firstMoments)),
      ...local.set(m, f32x4.add(local.get(m), f32x4.mul(gradientMinusMoment, oneMinusBeta1))),
      ...v128.store(firstMoments, local.get(m)),
      ...local.set(v, newSecondMoment),
      ...v128.store(secondMoments, local.get(v)),
      ...v128.store(weights, f32x4.sub(f32x4.mul(v128.load(weights), keep), update)),
    ];
  },
);
