import type { LossScalerState } from '../optim/index.js';

/** What an evaluation on the validation examples found, after `step` updates. */
export interface ValidationPoint {
  readonly step: number;
  /** What the task is judged by, such as macro-F1; higher is better. See `metricOf`. */
  readonly score: number;
  readonly loss: number;
}

/** The part of a run's state that is small: how far it is and what it has seen. */
export interface TrainingHistory {
  /** Steps done, those left out for an overflow among them. Epoch and position in it follow from this and the number of examples. */
  readonly step: number;
  readonly validation: readonly ValidationPoint[];
  /** The evaluation whose weights are kept. */
  readonly best: ValidationPoint | null;
  readonly evaluationsWithoutImprovement: number;
  readonly stoppedEarly: boolean;
  /** Tokens without and with padding so far. */
  readonly realTokens: number;
  readonly paddedTokens: number;
  /** Where the precision is float16. */
  readonly lossScaling?: LossScalerState;
}

export const EMPTY_HISTORY: TrainingHistory = {
  step: 0,
  validation: [],
  best: null,
  evaluationsWithoutImprovement: 0,
  stoppedEarly: false,
  realTokens: 0,
  paddedTokens: 0,
};

/**
 * Adds an evaluation. The best one has the highest score, among equals the lowest loss; only a score higher than before
 * by more than `minDelta` counts against early stopping.
 */
export function addEvaluation(
  history: TrainingHistory,
  point: ValidationPoint,
  earlyStopping: { readonly patience: number; readonly minDelta: number } | null,
): TrainingHistory {
  const { best } = history;
  const improved = best === null || point.score > best.score + (earlyStopping?.minDelta ?? 0);
  const better =
    best === null || point.score > best.score || (point.score === best.score && point.loss < best.loss);
  const without = improved ? 0 : history.evaluationsWithoutImprovement + 1;
  return {
    ...history,
    validation: [...history.validation, point],
    best: better ? point : best,
    evaluationsWithoutImprovement: without,
    stoppedEarly: earlyStopping !== null && without >= earlyStopping.patience,
  };
}
