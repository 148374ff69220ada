export interface LinearSchedule {
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/**
 * Learning rate of update `step` (from 0): linear from 0 up to `learningRate` over the warm-up, then linear down to 0
 * at `totalSteps`. Equal to transformers' get_linear_schedule_with_warmup.
 */
export function linearSchedule(
  { learningRate, warmupSteps, totalSteps }: LinearSchedule,
  step: number,
): number {
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
  return learningRate * Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
}
