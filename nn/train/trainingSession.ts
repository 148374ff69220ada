import { NnError } from '../errors.js';
import type { Provider } from '../exec/runner.js';
import { isTrainable } from '../models/freezing.js';
import { type Classifier, gradientName } from '../models/types.js';
import {
  createOptimizer,
  GradientAccumulator,
  type Optimizer,
  type ParameterArena,
  scheduledRate,
} from '../optim/index.js';
import { float32Data, float32Tensor, int64Tensor, type Tensor } from '../tensor.js';
import { epochBatches, lengthsOf, padBatch } from './batches.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { type Example, type ExampleSet, exampleSet } from './examples.js';
import { runFingerprint } from './fingerprint.js';
import { addEvaluation, EMPTY_HISTORY, type TrainingHistory, type ValidationPoint } from './history.js';
import { inferInOrder } from './infer.js';
import { macroF1 } from './macroF1.js';
import { Pace } from './pace.js';
import { optimizerSettings, planTraining, type TrainingPlan, type TrainingRecipe } from './recipe.js';
import { argmaxRows, meanCrossEntropy } from './softmax.js';
import { createStepModels, type StepModels } from './stepModels.js';

export interface TrainingOptions {
  readonly classifier: Classifier;
  readonly train: readonly Example[];
  /** With no examples nothing is evaluated, nothing stops early, and the last weights are the result. */
  readonly validation: readonly Example[];
  readonly recipe: TrainingRecipe;
  readonly threads: number;
  readonly providers?: readonly Provider[];
  /** What `checkpoint()` of a session with the same options returned. */
  readonly resumeFrom?: Uint8Array;
}

/** What is known after a step. */
export interface TrainingProgress {
  readonly step: number;
  readonly totalSteps: number;
  /** From 1. */
  readonly epoch: number;
  /** Mean cross-entropy of the step's examples, before its update. */
  readonly loss: number;
  readonly learningRate: number;
  readonly gradNorm: number;
  readonly tokensPerSecond: number;
  /** Share of the tokens computed on so far that were padding. */
  readonly paddingShare: number;
  readonly secondsLeft: number;
  /** Where the step ended with an evaluation. */
  readonly validation?: ValidationPoint;
}

export interface TrainingResult {
  /** All parameters, frozen ones included, at the best evaluation. */
  readonly weights: Map<string, Tensor>;
  readonly steps: number;
  readonly totalSteps: number;
  readonly stoppedEarly: boolean;
  /** The step whose weights these are. */
  readonly bestStep: number;
  readonly bestMacroF1: number | null;
  readonly validationHistory: readonly ValidationPoint[];
  readonly lossHistory: Float32Array;
  readonly paddingShare: number;
}

interface ComputedBatch {
  readonly loss: number;
  readonly realTokens: number;
  readonly paddedTokens: number;
}

/** Sequences of one inference batch; more makes no difference on a CPU. */
const EVALUATION_BATCH = 32;

/**
 * Fine-tuning of a classifier, one step at a time, with the recipe's optimiser and schedule. Equal options give
 * bit-equal weights, also when the run was cut at any checkpoint and resumed. Computes on the calling thread.
 */
export class TrainingSession {
  private readonly losses: Float32Array;
  private readonly pace = new Pace();
  private readonly lengths: Int32Array;
  private bestWeights = new Map<string, Tensor>();
  private history: TrainingHistory = EMPTY_HISTORY;
  private epochOrder: { epoch: number; batches: Int32Array[] } | undefined;

  private constructor(
    private readonly options: Omit<TrainingOptions, 'resumeFrom'>,
    private readonly sets: { train: ExampleSet; validation: ExampleSet },
    private readonly plan: TrainingPlan,
    private readonly fingerprint: string,
    private readonly arena: ParameterArena,
    private readonly optimizer: Optimizer,
    private readonly models: StepModels,
  ) {
    this.losses = new Float32Array(plan.totalSteps);
    this.lengths = lengthsOf(sets.train.sequences);
  }

  /**
   * Throws LABEL_UNKNOWN, TOKENIZER_INVALID or SHAPE_MISMATCH for examples the model cannot read, CHECKPOINT_CORRUPT
   * for a damaged checkpoint or one of another run.
   */
  static async create(options: TrainingOptions): Promise<TrainingSession> {
    const { resumeFrom, ...rest } = options;
    const { classifier, recipe, threads, providers } = rest;
    const sets = {
      train: exampleSet(options.train, classifier),
      validation: exampleSet(options.validation, classifier),
    };
    if (options.train.length === 0) throw new NnError('SHAPE_MISMATCH', 'there are no examples to train on');
    const fingerprint = runFingerprint(classifier, recipe, sets.train, sets.validation);
    const checkpoint = resumeFrom && decodeCheckpoint(resumeFrom, fingerprint);
    const trainable = (name: string) => isTrainable(classifier, recipe.freeze, name);
    const { arena, optimizer } = createOptimizer(
      new Map([...classifier.parameters].filter(([name]) => trainable(name))),
      optimizerSettings(recipe, classifier.config.layers),
    );
    const models = await createStepModels(classifier, {
      trainable,
      threads,
      ...(providers && { providers }),
    });
    const plan = planTraining(recipe, options.train.length);
    const session = new TrainingSession(rest, sets, plan, fingerprint, arena, optimizer, models);
    if (checkpoint) session.restore(checkpoint);
    return session;
  }

  get done(): boolean {
    return this.history.stoppedEarly || this.history.step >= this.plan.totalSteps;
  }

  /**
   * One update, and an evaluation where one is due. Throws LOSS_NOT_FINITE before the weights are touched, CANCELLED
   * during an evaluation.
   */
  async step(signal?: AbortSignal): Promise<TrainingProgress> {
    const startedMs = performance.now();
    const { step } = this.history;
    const { recipe } = this.options;
    const batch = this.batch(step);
    const { loss, realTokens, paddedTokens } = await this.computeBatch(batch);
    const gradNorm = this.optimizer.gradNorm();
    requireFinite(step + 1, { 'training loss': loss, 'gradient norm': gradNorm });
    const { totalSteps, warmupSteps } = this.plan;
    const learningRate = scheduledRate(
      { shape: recipe.schedule ?? 'linear', learningRate: recipe.learningRate, warmupSteps, totalSteps },
      step,
    );
    this.optimizer.step({ learningRate, maxGradNorm: recipe.maxGradNorm }, gradNorm);
    this.losses[step] = loss;
    this.pace.addStep(performance.now() - startedMs, realTokens);
    const before = this.history;
    this.history = {
      ...before,
      step: step + 1,
      realTokens: before.realTokens + realTokens,
      paddedTokens: before.paddedTokens + paddedTokens,
    };
    const validation = this.evaluationIsDue() ? await this.evaluate(signal) : undefined;
    return {
      step: step + 1,
      totalSteps,
      epoch: Math.floor(step / this.plan.stepsPerEpoch) + 1,
      loss,
      learningRate,
      gradNorm,
      tokensPerSecond: this.pace.tokensPerSecond(),
      paddingShare: this.paddingShare(),
      secondsLeft: this.secondsLeft(),
      ...(validation && { validation }),
    };
  }

  /** The state between two steps. */
  checkpoint(): Uint8Array {
    return encodeCheckpoint({
      fingerprint: this.fingerprint,
      history: this.history,
      losses: this.losses.subarray(0, this.history.step),
      weights: this.arena.region('weights'),
      state: new Map(this.arena.stateRegions.map((region) => [region, this.arena.region(region)])),
      bestWeights: this.bestWeights,
    });
  }

  result(): TrainingResult {
    const { step, best, stoppedEarly, validation } = this.history;
    const trained = best === null ? this.arena.copy('weights') : this.bestWeights;
    const { parameters } = this.options.classifier;
    return {
      weights: new Map([...parameters].map(([name, tensor]) => [name, trained.get(name) ?? tensor])),
      steps: step,
      totalSteps: this.plan.totalSteps,
      stoppedEarly,
      bestStep: best?.step ?? step,
      bestMacroF1: best?.macroF1 ?? null,
      validationHistory: validation,
      lossHistory: this.losses.slice(0, step),
      paddingShare: this.paddingShare(),
    };
  }

  async dispose(): Promise<void> {
    await this.models.training.dispose();
    await this.models.evaluation.dispose();
  }

  private restore(checkpoint: ReturnType<typeof decodeCheckpoint>): void {
    this.history = checkpoint.history;
    this.losses.set(checkpoint.losses);
    this.arena.load('weights', checkpoint.weights);
    for (const region of this.arena.stateRegions) {
      this.arena.load(region, checkpoint.state.get(region) ?? new Map());
    }
    // Copied so that the checkpoint's bytes need not stay in memory.
    this.bestWeights = new Map(
      [...checkpoint.bestWeights].map(([name, tensor]) => [
        name,
        float32Tensor(tensor.dims, float32Data(tensor).slice()),
      ]),
    );
    this.optimizer.resumeAt(checkpoint.history.step);
  }

  private batch(step: number): Int32Array {
    const { batchSize, seed } = this.options.recipe;
    const epoch = Math.floor(step / this.plan.stepsPerEpoch);
    if (this.epochOrder?.epoch !== epoch) {
      this.epochOrder = { epoch, batches: epochBatches(this.lengths, { batchSize, seed, epoch }) };
    }
    return this.epochOrder.batches[step % this.plan.stepsPerEpoch]!;
  }

  /** Leaves the gradients of the batch's mean loss in the arena. */
  private async computeBatch(batch: Int32Array): Promise<ComputedBatch> {
    const size = this.options.recipe.microBatchSize ?? batch.length;
    if (batch.length <= size) return this.computeGradients(batch);
    const accumulator = new GradientAccumulator(this.arena);
    const sum = { loss: 0, realTokens: 0, paddedTokens: 0 };
    for (let start = 0; start < batch.length; start += size) {
      const part = batch.subarray(start, start + size);
      const { loss, realTokens, paddedTokens } = await this.computeGradients(part);
      accumulator.add(part.length);
      sum.loss += loss * part.length;
      sum.realTokens += realTokens;
      sum.paddedTokens += paddedTokens;
    }
    accumulator.finish();
    return { ...sum, loss: sum.loss / batch.length };
  }

  private async computeGradients(batch: Int32Array): Promise<ComputedBatch> {
    const { inputIds, attentionMask, realTokens, paddedTokens } = padBatch(this.sets.train.sequences, batch);
    const labels = BigInt64Array.from(batch, (index) => BigInt(this.sets.train.labels[index]!));
    const gradients = new Map(
      [...this.arena.region('gradients')].map(([name, tensor]) => [gradientName(name), tensor]),
    );
    const loss = float32Tensor([]);
    await this.models.training.run(
      {
        input_ids: inputIds,
        attention_mask: attentionMask,
        labels: int64Tensor([batch.length], labels),
        ...Object.fromEntries(this.arena.region('weights')),
      },
      { loss, ...Object.fromEntries(gradients) },
    );
    return { loss: float32Data(loss)[0]!, realTokens, paddedTokens };
  }

  private evaluationIsDue(): boolean {
    const { step } = this.history;
    const { evaluateEverySteps, totalSteps } = this.plan;
    const due = step % evaluateEverySteps === 0 || step === totalSteps;
    return due && this.sets.validation.labels.length > 0;
  }

  private async evaluate(signal?: AbortSignal): Promise<ValidationPoint> {
    const startedMs = performance.now();
    const { sequences, labels } = this.sets.validation;
    const { logits } = await inferInOrder(this.models.evaluation, sequences, {
      batchSize: EVALUATION_BATCH,
      outputs: ['logits'],
      feeds: Object.fromEntries(this.arena.region('weights')),
      signal,
    });
    const classes = this.options.classifier.labels.length;
    const point: ValidationPoint = {
      step: this.history.step,
      macroF1: macroF1(labels, argmaxRows(logits!, classes)),
      loss: meanCrossEntropy(logits!, labels),
    };
    requireFinite(point.step, { 'validation loss': point.loss });
    this.history = addEvaluation(this.history, point, this.options.recipe.earlyStopping);
    if (this.history.best === point) this.bestWeights = this.arena.copy('weights');
    this.pace.addEvaluation(performance.now() - startedMs);
    return point;
  }

  private paddingShare(): number {
    const { realTokens, paddedTokens } = this.history;
    return paddedTokens === 0 ? 0 : 1 - realTokens / paddedTokens;
  }

  private secondsLeft(): number {
    if (this.done) return 0;
    const { evaluateEverySteps, totalSteps } = this.plan;
    const remaining = totalSteps - this.history.step;
    return this.pace.secondsFor(remaining, Math.ceil(remaining / evaluateEverySteps));
  }
}

function requireFinite(step: number, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) {
      throw new NnError(
        'LOSS_NOT_FINITE',
        `the ${name} is ${value} at step ${step}; lower the learning rate, and check the base model's weights`,
        { details: { step, quantity: name, value: String(value) } },
      );
    }
  }
}
