export type ScheduleShape = 'constant' | 'linear' | 'cosine' | 'polynomial';

export interface Schedule {
  readonly shape: ScheduleShape;
  /** Highest learning rate, reached at the end of the warm-up. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** transformers' defaults for the polynomial: what is left at the end, and the exponent. */
export const POLYNOMIAL_END = 1e-7;
const POLYNOMIAL_POWER = 1;

/** The share of `learningRate` left when `elapsed` of the `span` steps after the warm-up are done. */
const SHARE: Readonly<
  Record<ScheduleShape, (elapsed: number, span: number, learningRate: number) => number>
> = {
  constant: () => 1,
  linear: (elapsed, span) => Math.max(0, (span - elapsed) / Math.max(1, span)),
  cosine: (elapsed, span) => Math.max(0, 0.5 * (1 + Math.cos((Math.PI * elapsed) / Math.max(1, span)))),
  polynomial: (elapsed, span, learningRate) => {
    const end = POLYNOMIAL_END / learningRate;
    if (elapsed > span) return end;
    return (1 - end) * (1 - elapsed / Math.max(1, span)) ** POLYNOMIAL_POWER + end;
  },
};

/**
 * Learning rate of update `step` (from 0): linear from 0 up to `learningRate` over the warm-up, then constant or
 * falling until `totalSteps`. Equal to transformers' get_constant_, get_linear_, get_cosine_ and
 * get_polynomial_decay_schedule_with_warmup.
 */
export function scheduledRate(
  { shape, learningRate, warmupSteps, totalSteps }: Schedule,
  step: number,
): number {
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
  return learningRate * SHARE[shape](step - warmupSteps, totalSteps - warmupSteps, learningRate);
}

/** How long the learning rate rises. */
export type Warmup = { readonly steps: number } | { readonly ratio: number };

/** A share of the steps is rounded up, as transformers' Trainer does. */
export function warmupStepsOf(warmup: Warmup, totalSteps: number): number {
  return 'steps' in warmup ? warmup.steps : Math.ceil(totalSteps * warmup.ratio);
}
