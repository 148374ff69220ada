export { GradientAccumulator } from './accumulator.js';
export { AdamW } from './adamw.js';
export { ParameterArena } from './arena.js';
export { createOptimizer, type OptimizerSettings } from './createOptimizer.js';
export { LOSS_SCALER_DEFAULTS, LossScaler, type LossScalerState } from './lossScaler.js';
export type { Optimizer } from './optimizer.js';
export { type Schedule, scheduledRate, warmupStepsOf } from './schedule.js';
