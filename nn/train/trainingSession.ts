import { closeSync, openSync } from 'node:fs';
import { NnError } from '../errors.js';
import { releaseMemory } from '../exec/releaseMemory.js';
import { createOptimizer, type Optimizer, type ParameterArena, scheduledRate } from '../optim/index.js';
import { writeParts } from '../weights/writeFileParts.js';
import { arenaModel } from './arenaModel.js';
import type { Batch } from './batches.js';
import { type Checkpoint, checkpointParts, decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { evaluate } from './evaluate.js';
import type { ExampleSet } from './example.js';
import { createExampleSet } from './exampleSet.js';
import { runFingerprint } from './fingerprint.js';
import { addEvaluation, EMPTY_HISTORY, type TrainingHistory, type ValidationPoint } from './history.js';
import { KeptWeights } from './keptWeights.js';
import { longestBatch } from './longestBatch.js';
import { createLoopedSteps, type LoopedSteps, stepsPerRunOf } from './loopedSteps.js';
import { Pace } from './pace.js';
import { optimizerSettings, planTraining, requireFitting, scheduleOf, type TrainingPlan } from './recipe.js';
import { requireFinite } from './requireFinite.js';
import { sampleEpoch } from './sampling.js';
import { type MadeStep, SingleSteps } from './singleSteps.js';
import { createStepModels, type StepModels } from './stepModels.js';
import { taskTraining } from './tasks/index.js';
import type { TaskBatch, TaskTraining } from './tasks/taskTraining.js';
import { type TrainedPart, trainedPart } from './trainedPart.js';
import type { TrainingOptions, TrainingProgress, TrainingResult } from './trainingRun.js';

/**
 * Fine-tuning of a model, one step at a time, with the recipe's optimiser and schedule. Equal options give
 * bit-equal weights, also when the run was cut at any checkpoint and resumed. Computes on the calling thread.
 */
export class TrainingSession {
  private readonly losses: Float32Array;
  private readonly pace = new Pace();
  private readonly task: TaskTraining;
  private readonly bestWeights = new KeptWeights();
  private history: TrainingHistory = EMPTY_HISTORY;
  private readonly single: SingleSteps;
  private epochOrder: { epoch: number; batches: readonly Batch[] } | undefined;

  private constructor(
    private readonly options: Omit<TrainingOptions, 'resumeFrom' | 'releasesModel'>,
    private readonly sets: { train: ExampleSet; validation: ExampleSet },
    private readonly plan: TrainingPlan,
    private readonly fingerprint: string,
    private readonly part: TrainedPart,
    private readonly arena: ParameterArena,
    optimizer: Optimizer,
    private readonly models: StepModels,
    private readonly looped: LoopedSteps | null,
  ) {
    this.losses = new Float32Array(plan.totalSteps);
    this.task = taskTraining(options.model.task);
    this.single = new SingleSteps({
      training: models.training,
      arena,
      optimizer,
      recipe: options.recipe,
      plan,
      feedsOf: (batch, step) => this.feedsOf(batch, step),
    });
  }

  /**
   * Throws LABEL_UNKNOWN, TOKENIZER_INVALID or SHAPE_MISMATCH for examples the model cannot learn from or a recipe
   * that does not fit, BASE_MODEL_UNSUPPORTED for an adapter the model cannot have, OPERATOR_UNSUPPORTED for a precision
   * that no provider has, REQUEST_INVALID for several steps a run where the recipe does not allow it, CHECKPOINT_CORRUPT
   * for a damaged checkpoint or one of another run.
   */
  static async create(options: TrainingOptions): Promise<TrainingSession> {
    const { resumeFrom, releasesModel = false, model: given, ...others } = options;
    const { recipe, threads, providers } = others;
    const sets = {
      train: createExampleSet(options.train, given, recipe.loss),
      validation: createExampleSet(options.validation, given, recipe.loss),
    };
    if (options.train.length === 0) throw new NnError('SHAPE_MISMATCH', 'there are no examples to train on');
    requireFitting(recipe, given);
    const fingerprint = runFingerprint(given, recipe, sets.train, sets.validation);
    const checkpoint = resumeFrom && decodeCheckpoint(resumeFrom, fingerprint);
    const base = trainedPart(given, recipe);
    const { arena, optimizer } = createOptimizer(base.parameters, optimizerSettings(recipe, given));
    const model = arenaModel(given, arena, releasesModel);
    const part = base.adapter ? base : trainedPart(model, recipe);
    const models = await createStepModels(model, {
      trainable: part.trainable,
      ...(part.adapter && { adapter: part.adapter }),
      ...(recipe.loss && { loss: recipe.loss }),
      ...(recipe.precision && { precision: recipe.precision }),
      ...(recipe.recomputeActivations && { recomputeFor: longestBatch(sets.train, model.task, recipe) }),
      packed: recipe.packing ?? false,
      threads,
      ...(providers && { providers }),
    });
    const plan = planTraining(recipe, options.train.length);
    const stepsPerRun = stepsPerRunOf(recipe, models.training.provider, options.stepsPerRun);
    const settings = {
      optimizer: optimizerSettings(recipe, model),
      schedule: scheduleOf(recipe, plan),
      maxGradNorm: recipe.maxGradNorm,
    };
    const looped =
      stepsPerRun === null
        ? null
        : await createLoopedSteps({
            model,
            settings,
            arena,
            stepsPerRun,
            graph: models.graph,
            runner: models.runner,
          });
    if (looped) await models.training.dispose();
    const session = new TrainingSession(
      { ...others, model },
      sets,
      plan,
      fingerprint,
      part,
      arena,
      optimizer,
      models,
      looped,
    );
    if (checkpoint) session.restore(checkpoint);
    return session;
  }

  /** Updates made or left out so far. */
  get stepsDone(): number {
    return this.history.step;
  }

  get done(): boolean {
    return this.history.stoppedEarly || this.history.step >= this.plan.totalSteps;
  }

  /** The updates of one run, `stepsPerRun` or as many as are left until the next evaluation; throws as `step` does. */
  async advance(signal?: AbortSignal): Promise<readonly TrainingProgress[]> {
    return this.looped ? this.loop(this.looped, this.looped.stepsPerRun, signal) : [await this.step(signal)];
  }

  /**
   * One update, and an evaluation where one is due; where float16 gradients overflow, the update is left out. Throws
   * LOSS_NOT_FINITE before the weights are touched, CANCELLED during an evaluation.
   */
  async step(signal?: AbortSignal): Promise<TrainingProgress> {
    if (this.looped) return (await this.loop(this.looped, 1, signal))[0]!;
    const startedMs = performance.now();
    const { step } = this.history;
    const made = await this.single.make(this.batch(step), step);
    this.pace.addStep(performance.now() - startedMs, made.realTokens);
    return this.evaluated(this.recordStep(made), signal);
  }

  /** The state between two steps. */
  checkpoint(): Uint8Array {
    return encodeCheckpoint(this.state());
  }

  /** The same into a new file, without an array of its size. Throws what the file system throws. */
  writeCheckpoint(path: string): void {
    const descriptor = openSync(path, 'wx', 0o600);
    const state = this.state();
    try {
      writeParts(descriptor, checkpointParts(state));
    } finally {
      closeSync(descriptor);
      releaseMemory([...state.bestWeights.values()].map(({ data }) => data));
    }
  }

  /** The weights at the best evaluation, or the last ones where there was none; to be asked for before `dispose`. */
  result(): TrainingResult {
    const { step, best, stoppedEarly, validation } = this.history;
    const trained = best === null ? this.arena.copy('weights') : this.bestWeights.read();
    const { adapter } = this.part;
    return {
      weights: this.part.merge(trained),
      adapter: adapter ? { ...adapter, parameters: trained } : null,
      steps: step,
      totalSteps: this.plan.totalSteps,
      stoppedEarly,
      bestStep: best?.step ?? step,
      metric: this.task.metric,
      bestScore: best?.score ?? null,
      validationHistory: validation,
      lossHistory: this.losses.slice(0, step),
      paddingShare: this.paddingShare(),
    };
  }

  async dispose(): Promise<void> {
    await (this.looped?.runner ?? this.models.training).dispose();
    await this.models.evaluation.dispose();
    this.bestWeights.close();
  }

  private state(): Checkpoint {
    return {
      fingerprint: this.fingerprint,
      history: this.history,
      losses: this.losses.subarray(0, this.history.step),
      weights: this.arena.region('weights'),
      state: new Map(this.arena.stateRegions.map((region) => [region, this.arena.region(region)])),
      bestWeights: this.bestWeights.read(),
    };
  }

  /** At most `count` updates in one run, and the evaluation that is due after them. */
  private async loop(
    { runner }: LoopedSteps,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly TrainingProgress[]> {
    const startedMs = performance.now();
    const { step } = this.history;
    const { evaluateEverySteps, totalSteps } = this.plan;
    const left = Math.min(totalSteps - step, evaluateEverySteps - (step % evaluateEverySteps));
    const batches = Array.from({ length: Math.min(count, left) }, (_, at) =>
      this.feedsOf(this.batch(step + at), step + at),
    );
    const { losses, gradNorms } = await runner.run(
      batches.map(({ feeds }) => feeds),
      step,
    );
    const stepMs = (performance.now() - startedMs) / losses.length;
    const made: TrainingProgress[] = [];
    for (const [at, loss] of losses.entries()) {
      const gradNorm = gradNorms[at]!;
      requireFinite(step + at + 1, { 'training loss': loss, 'gradient norm': gradNorm });
      this.pace.addStep(stepMs, batches[at]!.realTokens);
      made.push(this.recordStep({ ...batches[at]!, loss, gradNorm }));
    }
    return made.with(-1, await this.evaluated(made.at(-1)!, signal));
  }

  /** What is known after a step, with the evaluation where one is due. */
  private async evaluated(
    progress: TrainingProgress,
    signal: AbortSignal | undefined,
  ): Promise<TrainingProgress> {
    if (!this.evaluationIsDue()) return progress;
    const validation = await this.evaluate(signal);
    return { ...progress, secondsLeft: this.secondsLeft(), validation };
  }

  /** Counts an update that is done, and says what is known after it. */
  private recordStep(made: MadeStep): TrainingProgress {
    const { step, realTokens, paddedTokens } = this.history;
    const { lossScaling } = this.single;
    this.losses[step] = made.loss;
    this.history = {
      ...this.history,
      step: step + 1,
      realTokens: realTokens + made.realTokens,
      paddedTokens: paddedTokens + made.paddedTokens,
      ...(lossScaling && { lossScaling }),
    };
    return {
      step: step + 1,
      totalSteps: this.plan.totalSteps,
      epoch: Math.floor(step / this.plan.stepsPerEpoch) + 1,
      loss: made.loss,
      learningRate: scheduledRate(scheduleOf(this.options.recipe, this.plan), step),
      gradNorm: made.gradNorm,
      ...(made.lossScale !== undefined && { lossScale: made.lossScale }),
      arithmetic: this.models.arithmetic,
      tokensPerSecond: this.pace.tokensPerSecond(),
      paddingShare: this.paddingShare(),
      secondsLeft: this.secondsLeft(),
    };
  }

  private restore(checkpoint: ReturnType<typeof decodeCheckpoint>): void {
    this.history = checkpoint.history;
    this.losses.set(checkpoint.losses);
    this.arena.load('weights', checkpoint.weights);
    for (const region of this.arena.stateRegions) {
      this.arena.load(region, checkpoint.state.get(region) ?? new Map());
    }
    if (checkpoint.bestWeights.size > 0) this.bestWeights.keep(checkpoint.bestWeights);
    const { step, lossScaling } = checkpoint.history;
    this.single.resumeAt(step, lossScaling);
  }

  private batch(step: number): Batch {
    const { model, recipe } = this.options;
    const epoch = Math.floor(step / this.plan.stepsPerEpoch);
    if (this.epochOrder?.epoch !== epoch) {
      this.epochOrder = { epoch, batches: sampleEpoch(this.sets.train, model.task, recipe, epoch) };
    }
    return this.epochOrder.batches[step % this.plan.stepsPerEpoch]!;
  }

  private feedsOf({ indices, rowSizes }: Batch, step: number): TaskBatch {
    const { model, recipe } = this.options;
    const epoch = Math.floor(step / this.plan.stepsPerEpoch);
    return this.task.batch(this.sets.train, indices, { ...recipe, model, epoch, rowSizes });
  }

  private evaluationIsDue(): boolean {
    const { step } = this.history;
    const { evaluateEverySteps, totalSteps } = this.plan;
    const due = step % evaluateEverySteps === 0 || step === totalSteps;
    return due && this.sets.validation.texts.length > 0;
  }

  private async evaluate(signal?: AbortSignal): Promise<ValidationPoint> {
    const startedMs = performance.now();
    const { model, recipe } = this.options;
    const measured = await evaluate(this.models.evaluation, {
      model,
      set: this.sets.validation,
      recipe,
      weights: Object.fromEntries(this.arena.region('weights')),
      signal,
    });
    const point: ValidationPoint = { step: this.history.step, ...measured };
    requireFinite(point.step, { 'validation loss': point.loss });
    this.history = addEvaluation(this.history, point, this.options.recipe.earlyStopping);
    if (this.history.best === point) this.bestWeights.keep(this.arena.region('weights'));
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
