import { type TrainingMetric, toPlumblineError } from '../../contracts/index.js';
import {
  type Example,
  type ModelWeights,
  startTraining,
  type Task,
  type TrainingProgress,
  type TrainingRecipe,
  type TrainingResult,
} from '../../nn/index.js';
import { throwIfCancelled } from '../pace.js';
import type { CheckpointStore } from './checkpointStore.js';
import { awaitInterruptible } from './interruptible.js';
import { MetricBatches } from './metrics.js';
import type { TrainingContext } from './ports.js';

export interface TrainingWork {
  /** What the progress calls it. */
  readonly activity: string;
  readonly trainingKey: string;
  readonly configJson: unknown;
  readonly weights: ModelWeights;
  readonly task: Task;
  readonly labels: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly recipe: TrainingRecipe;
  readonly checkpointEverySeconds: number;
  readonly memoryBytesMax?: number;
}

/**
 * Trains on a thread, going on from the newest whole checkpoint of any attempt, and tells how far it is.
 * @throws CANCELLED, MEMORY_INSUFFICIENT, LOSS_NOT_FINITE, BASE_MODEL_UNSUPPORTED, SHAPE_MISMATCH, TOKENIZER_INVALID
 */
export const runTraining = async (
  ctx: TrainingContext,
  work: TrainingWork,
  store: CheckpointStore,
): Promise<TrainingResult> => {
  for (const checkpoint of await store.list()) {
    throwIfCancelled(ctx.signal);
    const resumeFrom = await store.read(checkpoint);
    if (resumeFrom === null) continue;
    try {
      ctx.log.info({ step: checkpoint.step }, 'training goes on from a checkpoint');
      return await trainFrom(ctx, work, store, { step: checkpoint.step, bytes: resumeFrom });
    } catch (failure) {
      if (toPlumblineError(failure).code !== 'CHECKPOINT_CORRUPT') throw failure;
      ctx.log.warn(
        { step: checkpoint.step, error: String(failure) },
        'a checkpoint does not fit; it is removed',
      );
      await store.remove(checkpoint);
    }
  }
  return trainFrom(ctx, work, store, null);
};

const trainFrom = async (
  ctx: TrainingContext,
  work: TrainingWork,
  store: CheckpointStore,
  resume: { readonly step: number; readonly bytes: Uint8Array } | null,
): Promise<TrainingResult> => {
  throwIfCancelled(ctx.signal);
  const { configJson, task, weights, labels, train, validation, recipe } = work;
  const metrics = new MetricBatches(ctx.metrics, ctx.log);
  let step = resume?.step ?? 0;
  let validationScore: number | undefined;
  const handle = startTraining({
    configJson,
    task,
    weights,
    labels,
    train,
    validation,
    recipe,
    threads: ctx.threads,
    providers: ctx.providers,
    ...(resume && { resumeFrom: resume.bytes }),
    ...(work.memoryBytesMax !== undefined && { memoryBytesMax: work.memoryBytesMax }),
    onEstimate: (estimate) => {
      ctx.log.info({ ...estimate }, 'what training takes');
      ctx.progress({
        activity: 'estimating memory',
        done: step,
        total: null,
        unit: 'steps',
        secondsLeft: null,
        figures: { memoryBytes: estimate.totalBytes, flopsPerStep: estimate.flopsPerStep },
      });
    },
    onProgress: (progress) => {
      if (step === (resume?.step ?? 0)) ctx.log.info({ ...progress.arithmetic }, 'training computes');
      step = progress.step;
      validationScore = progress.validation?.score ?? validationScore;
      const metric = metricOf(ctx, work, progress);
      if (metric) metrics.add(metric);
      ctx.progress({
        activity: work.activity,
        done: progress.step,
        total: progress.totalSteps,
        unit: 'steps',
        secondsLeft: progress.secondsLeft,
        figures: figuresOf(progress, validationScore),
      });
    },
  });
  try {
    return await awaitInterruptible(handle, {
      signal: ctx.signal,
      store,
      checkpointEveryMs: work.checkpointEverySeconds * 1000,
      log: ctx.log,
    });
  } finally {
    await metrics.close();
  }
};

/** Null for a step that was left out: it has no gradient norm. */
const metricOf = (
  ctx: TrainingContext,
  { trainingKey }: TrainingWork,
  { step, epoch, loss, learningRate, gradNorm, tokensPerSecond, validation }: TrainingProgress,
): TrainingMetric | null =>
  gradNorm === null
    ? null
    : {
        trainingKey,
        attempt: ctx.attempt,
        step,
        epoch,
        loss,
        learningRate,
        gradNorm,
        tokensPerSecond,
        validationScore: validation?.score ?? null,
      };

const figuresOf = (
  { epoch, loss, learningRate, tokensPerSecond, paddingShare, lossScale }: TrainingProgress,
  validationScore: number | undefined,
): Record<string, number> => ({
  epoch,
  loss,
  learningRate,
  tokensPerSecond,
  paddingShare,
  ...(lossScale !== undefined && { lossScale }),
  ...(validationScore !== undefined && { validationScore }),
});
