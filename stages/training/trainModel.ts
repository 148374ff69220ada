import {
  type BlobRef,
  plumblineError,
  type TrainingRecipe,
  type TrainingRun,
  type TrainModelInput,
  type TrainModelOutput,
  toPlumblineError,
} from '../../contracts/index.js';
import { type TrainingRecipe as NnRecipe, type TrainingResult, writeSafetensors } from '../../nn/index.js';
import { throwIfCancelled } from '../pace.js';
import { runStep, type StepResult } from '../step.js';
import { type LoadedBaseModel, loadBaseModel } from './baseModels/index.js';
import { CheckpointStore } from './checkpointStore.js';
import { selectRows, type TrainingRows, tokenise } from './examples.js';
import { lossCurveOf } from './lossCurve.js';
import type { TrainingContext } from './ports.js';
import { runTraining } from './runTraining.js';
import { seedOf, trainingKeyOf } from './trainingKey.js';

/**
 * Fine-tunes the base model on a dataset's training rows and publishes the TrainingRun. The result is the same
 * however often the work is interrupted and whoever goes on with it.
 * @throws DATASET_INVALID, LABEL_UNKNOWN, the base model's errors, LOSS_NOT_FINITE, CANCELLED within 10 s of
 *   `ctx.signal`, ATTEMPT_FENCED
 */
export const trainModel = async ({
  ctx,
  input,
}: {
  ctx: TrainingContext;
  input: TrainModelInput;
}): Promise<TrainModelOutput> => {
  const { pipeline, datasetId } = input;
  const rows = selectRows(await ctx.datasets.readRows(datasetId), input);
  const base = await loadBaseModel(ctx, pipeline.training.base);
  throwIfCancelled(ctx.signal);
  const key = trainingKeyOf({ input, subset: rows.subset, base: base.model, codeVersion: ctx.codeVersion });
  const store = new CheckpointStore(ctx.objects, key, ctx.log);
  const step = await publishOnce(ctx, key, store, async () => {
    const result = await train(ctx, { input, rows, base, key, store });
    const weights = await ctx.blobs.put(writeSafetensors(result.weights));
    return manifestOf({ ctx, input, rows, base, result, weights });
  });
  return outputOf(step);
};

/** Runs the step; its checkpoints are of no use to anybody once any attempt has published. */
const publishOnce = async (
  ctx: TrainingContext,
  key: string,
  store: CheckpointStore,
  make: () => Promise<TrainingRun>,
): Promise<StepResult<'TrainingRun'>> => {
  try {
    const step = await runStep({ ctx, kind: 'TrainingRun', key, make });
    await store.clear();
    return step;
  } catch (failure) {
    const fenced = toPlumblineError(failure).code === 'ATTEMPT_FENCED';
    if (fenced && (await ctx.artifacts.findStep(key)) !== null) await store.clear();
    throw failure;
  }
};

interface Parts {
  readonly input: TrainModelInput;
  readonly rows: TrainingRows;
  readonly base: LoadedBaseModel;
}

const train = async (
  ctx: TrainingContext,
  { input, rows, base, key, store }: Parts & { readonly key: string; readonly store: CheckpointStore },
): Promise<TrainingResult> => {
  const { labels, training } = input.pipeline;
  const { tokenizerJson, config, weights } = base;
  const encoding = { tokenizerJson, labels, maxLength: training.maxLength };
  ctx.progress({
    activity: 'tokenising',
    done: 0,
    total: rows.train.length + rows.validation.length,
    unit: 'rows',
    secondsLeft: null,
    figures: {},
  });
  return runTraining(
    ctx,
    {
      trainingKey: key,
      configJson: config,
      task: training.task,
      weights,
      labels,
      train: await tokenise(rows.train, encoding),
      validation: await tokenise(rows.validation, encoding),
      recipe: {
        ...nnRecipe(training, seedOf(training.seed, input.generation)),
        // A point of the learning curve is small next to the validation split: one look per epoch must do.
        ...(rows.subset !== null && { evaluationsPerEpoch: 1 }),
      },
      checkpointEverySeconds: training.checkpointEverySeconds,
    },
    store,
  );
};

const nnRecipe = (recipe: TrainingRecipe, seed: number): NnRecipe => ({
  epochs: recipe.epochs,
  minSteps: recipe.stepsMin,
  batchSize: recipe.batchSize,
  learningRate: recipe.learningRate,
  optimizer: { type: recipe.optimizer },
  schedule: recipe.schedule,
  layerwiseDecay: recipe.layerwiseDecay,
  ...(recipe.microBatchSize !== undefined && { microBatchSize: recipe.microBatchSize }),
  weightDecay: recipe.weightDecay,
  warmupRatio: recipe.warmupRatio,
  maxGradNorm: recipe.maxGradNorm,
  freeze: recipe.freeze,
  evaluationsPerEpoch: recipe.evaluationsPerEpoch,
  earlyStopping: recipe.earlyStopping,
  seed,
});

/** Holds no instant and nothing that an interruption could change. */
const manifestOf = ({
  ctx,
  input,
  rows,
  base,
  result,
  weights,
}: Parts & {
  readonly ctx: TrainingContext;
  readonly result: TrainingResult;
  readonly weights: BlobRef;
}): TrainingRun => ({
  kind: 'TrainingRun',
  pipeline: input.pipeline.name,
  dataset: input.datasetId,
  base: base.model,
  recipe: input.pipeline.training,
  codeVersion: ctx.codeVersion,
  labels: input.pipeline.labels,
  rows: rows.train.length,
  generation: input.generation,
  steps: result.steps,
  bestStep: result.bestStep,
  stoppedEarly: result.stoppedEarly,
  validation: result.validationHistory.map(({ step, score, loss }) => ({ step, macroF1: score, loss })),
  lossCurve: lossCurveOf(result.lossHistory),
  weights,
});

const outputOf = ({ id, artifact, reused }: StepResult<'TrainingRun'>): TrainModelOutput => {
  const best = artifact.validation.find(({ step }) => step === artifact.bestStep);
  if (best === undefined)
    throw plumblineError('OBJECT_CORRUPT', `training run ${id} has no evaluation at its best step`);
  const { rows, steps, bestStep, stoppedEarly } = artifact;
  return { trainingRunId: id, rows, steps, bestStep, validationMacroF1: best.macroF1, stoppedEarly, reused };
};
