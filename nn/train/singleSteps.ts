import type { Runner } from '../exec/runner.js';
import { LOSS_SCALE } from '../models/training.js';
import { gradientName } from '../models/types.js';
import {
  GradientAccumulator,
  LOSS_SCALER_DEFAULTS,
  LossScaler,
  type LossScalerState,
  type Optimizer,
  type ParameterArena,
  scheduledRate,
} from '../optim/index.js';
import { float32Data, float32Tensor } from '../tensor.js';
import type { Batch } from './batches.js';
import { scheduleOf, type TrainingPlan, type TrainingRecipe } from './recipe.js';
import { requireFinite } from './requireFinite.js';
import { splitBatch } from './sampling.js';
import type { TaskBatch } from './tasks/taskTraining.js';

/** What is known of a step when it is made. */
export interface MadeStep {
  /** Mean over the step's examples, before its update. */
  readonly loss: number;
  /** Null where float16 gradients overflowed, so that the step was left out. */
  readonly gradNorm: number | null;
  /** What the loss was multiplied by; only where the precision is float16. */
  readonly lossScale?: number;
  readonly realTokens: number;
  readonly paddedTokens: number;
}

interface ComputedBatch extends Omit<TaskBatch, 'feeds'> {
  readonly loss: number;
}

export interface SingleStepsRequest {
  readonly training: Runner;
  readonly arena: ParameterArena;
  readonly optimizer: Optimizer;
  readonly recipe: TrainingRecipe;
  readonly plan: TrainingPlan;
  /** A batch as the training graph reads it, in a step from 0. */
  readonly feedsOf: (batch: Batch, step: number) => TaskBatch;
}

/** Steps made one at a time, each updated outside of the graph, in micro-batches and with loss scaling where asked for. */
export class SingleSteps {
  private scaler: LossScaler | undefined;

  constructor(private readonly request: SingleStepsRequest) {
    if (request.recipe.precision === 'float16') this.scaler = new LossScaler();
  }

  /** For a checkpoint; absent without loss scaling. */
  get lossScaling(): LossScalerState | undefined {
    return this.scaler?.state;
  }

  /** Goes on after `step` steps, those left out included. */
  resumeAt(step: number, lossScaling: LossScalerState | undefined): void {
    if (this.scaler) this.scaler = new LossScaler(LOSS_SCALER_DEFAULTS, lossScaling);
    this.request.optimizer.resumeAt(step - (lossScaling?.skippedSteps ?? 0));
  }

  /** Step `step`, from 0. Throws LOSS_NOT_FINITE before the weights are touched. */
  async make(batch: Batch, step: number): Promise<MadeStep> {
    const { optimizer, recipe, plan } = this.request;
    const { loss, realTokens, paddedTokens } = await this.compute(batch, step);
    const scaledNorm = optimizer.gradNorm();
    requireFinite(
      step + 1,
      { 'training loss': loss, ...(!this.scaler && { 'gradient norm': scaledNorm }) },
      recipe.precision,
    );
    const lossScale = this.scaler?.scale ?? 1;
    const accepted = this.scaler?.accept(scaledNorm) ?? true;
    if (accepted) {
      const learningRate = scheduledRate(scheduleOf(recipe, plan), step);
      optimizer.step({ learningRate, maxGradNorm: recipe.maxGradNorm, lossScale }, scaledNorm);
    }
    const gradNorm = accepted ? scaledNorm / lossScale : null;
    return { loss, gradNorm, realTokens, paddedTokens, ...(this.scaler && { lossScale }) };
  }

  /** Leaves the gradients of the batch's mean loss in the arena. */
  private async compute(batch: Batch, step: number): Promise<ComputedBatch> {
    const { arena, recipe } = this.request;
    const parts = splitBatch(batch, recipe.microBatchSize ?? batch.indices.length);
    if (parts.length === 1) return this.computePart(batch, step);
    const accumulator = new GradientAccumulator(arena);
    const sum = { loss: 0, weight: 0, realTokens: 0, paddedTokens: 0 };
    for (const part of parts) {
      const computed = await this.computePart(part, step);
      accumulator.add(computed.weight);
      sum.loss += computed.loss * computed.weight;
      sum.weight += computed.weight;
      sum.realTokens += computed.realTokens;
      sum.paddedTokens += computed.paddedTokens;
    }
    accumulator.finish();
    return { ...sum, loss: sum.loss / sum.weight };
  }

  private async computePart(batch: Batch, step: number): Promise<ComputedBatch> {
    const { arena, feedsOf, training } = this.request;
    const { feeds, ...counts } = feedsOf(batch, step);
    const gradients = new Map(
      [...arena.region('gradients')].map(([name, tensor]) => [gradientName(name), tensor]),
    );
    const loss = float32Tensor([]);
    await training.run(
      {
        ...feeds,
        ...Object.fromEntries(arena.region('weights')),
        ...(this.scaler && { [LOSS_SCALE]: float32Tensor([], Float32Array.of(this.scaler.scale)) }),
      },
      { loss, ...Object.fromEntries(gradients) },
    );
    return { ...counts, loss: float32Data(loss)[0]! };
  }
}
