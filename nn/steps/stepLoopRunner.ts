import type { Runner } from '../exec/runner.js';
import type { ParameterArena } from '../optim/index.js';
import { float32Data, int64Tensor, type Tensor } from '../tensor.js';
import { type StepLoop, stateName } from './buildStepLoop.js';
import { type StepFeeds, stackBatches } from './stackBatches.js';

/** What is known of the steps that ran, in order. */
export interface StepResults {
  readonly losses: Float32Array;
  readonly gradNorms: Float32Array;
}

/** Runs a step loop on the weights and the optimiser state of an arena, which is that of the loop's optimiser. */
export class StepLoopRunner {
  constructor(
    private readonly loop: StepLoop,
    private readonly arena: ParameterArena,
    private readonly runner: Runner,
  ) {}

  /**
   * One update a batch, after `stepsDone` earlier ones; the arena has the state after them all. Where a loss or gradient
   * norm is not finite it is the last one given, and the arena has the state before that step.
   */
  async run(batches: readonly StepFeeds[], stepsDone: number): Promise<StepResults> {
    if (batches.length === 0) return { losses: new Float32Array(0), gradNorms: new Float32Array(0) };
    const state = (['weights', ...this.loop.stateRegions] as const).flatMap((region) =>
      [...this.arena.region(region)].map(([name, tensor]) => [stateName(region, name), tensor] as const),
    );
    const { loss, gradNorm } = await this.runner.run(
      {
        steps: scalar(batches.length),
        stepsDone: scalar(stepsDone),
        ...stackBatches(this.loop.inputs, batches),
        ...Object.fromEntries(state),
      },
      {
        loss: null,
        gradNorm: null,
        ...Object.fromEntries(state.map(([name, tensor]) => [`new/${name}`, tensor])),
      },
    );
    return { losses: float32Data(loss!), gradNorms: float32Data(gradNorm!) };
  }

  dispose(): Promise<void> {
    return this.runner.dispose();
  }
}

function scalar(value: number): Tensor {
  return int64Tensor([], BigInt64Array.of(BigInt(value)));
}
