import type { Emitter } from '../../ops/rule.js';
import type { StateRegion } from '../arena.js';

/** float32 scalars of one update, shared by all parameters. */
export interface UpdateScalars {
  readonly learningRate: string;
  /** Number of the update, from 1. */
  readonly step: string;
  /** What every gradient is multiplied by; left out where nothing is clipped. */
  readonly gradientScale?: string;
}

/** Parameters that are updated alike, as one vector, or one parameter in its own shape. */
export interface UpdateOperands {
  readonly weights: string;
  readonly gradients: string;
  readonly state: Readonly<Partial<Record<StateRegion, string>>>;
  readonly decays: boolean;
  readonly learningRateScale: number;
}

export type UpdateResult = Pick<UpdateOperands, 'weights' | 'state'>;

/** An optimiser's update as nodes, with the same operations in the same order as its kernel in `optim/kernels`. */
export interface UpdateRule {
  readonly stateRegions: readonly StateRegion[];
  /** What is the same for all parameters, emitted once an update. */
  prepare(
    emitter: Emitter,
    scalars: UpdateScalars,
  ): (inner: Emitter, operands: UpdateOperands) => UpdateResult;
}

/** The gradient with the clipping done. */
export function scaled(emitter: Emitter, gradients: string, { gradientScale }: UpdateScalars): string {
  return gradientScale === undefined ? gradients : emitter.emit('Mul-14', [gradients, gradientScale]);
}
