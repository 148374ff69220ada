import type { TrainingRun } from '../../contracts/index.js';

const POINTS_MAX = 200;

/**
 * Mean loss over equal stretches of steps, at most 200 of them; each point stands at its stretch's last step.
 * @param losses the loss of every step, in nats
 */
export const lossCurveOf = (losses: Float32Array): TrainingRun['lossCurve'] => {
  const stretch = Math.max(1, Math.ceil(losses.length / POINTS_MAX));
  return Array.from({ length: Math.ceil(losses.length / stretch) }, (_, index) => {
    const part = losses.subarray(index * stretch, (index + 1) * stretch);
    const loss = part.reduce((sum, value) => sum + value, 0) / part.length;
    return { step: index * stretch + part.length, loss };
  });
};
