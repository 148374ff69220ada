import {
  type DatasetRow,
  plumblineError,
  TASK_RULES,
  type TrainingRecipe,
  type TrainingRun,
  type TrainModelInput,
  type TrainModelOutput,
} from '../../contracts/index.js';
import {
  type Example,
  type ModelWeights,
  type TrainingRecipe as NnRecipe,
  recipeOf,
  type TrainingResult,
  writePeftAdapter,
} from '../../nn/index.js';
import { keptWeights, withTemporaryFolder } from '../keptWeights.js';
import { throwIfCancelled } from '../pace.js';
import type { StepResult } from '../step.js';
import { adaptBase } from './adaptBase.js';
import { type LoadedBaseModel, withBaseModel } from './baseModels/index.js';
import { checkpointedStep } from './checkpointedStep.js';
import type { CheckpointStore } from './checkpointStore.js';
import { type PreparedBase, prepareBase, preparedBefore } from './domainVocabulary.js';
import { selectRows, type TrainingRows, tokenise } from './examples.js';
import { keepTensors } from './keepTensors.js';
import { lossCurveOf } from './lossCurve.js';
import type { TrainingContext } from './ports.js';
import { withRelationMarkers } from './relationMarkers.js';
import { replay, requireContinuable } from './replay.js';
import { runTraining } from './runTraining.js';
import { seedOf, trainingKeyOf } from './trainingKey.js';

/**
 * Fine-tunes a model on a dataset's training rows and publishes the TrainingRun: the base model, adapted to the domain
 * where the recipe asks for it, or what a previous run made of it. The result is the same however often the work is
 * interrupted and whoever goes on with it.
 * @throws DATASET_INVALID, LABEL_UNKNOWN, REQUEST_INVALID for a previous run of another model, the base model's errors,
 *   LOSS_NOT_FINITE, CANCELLED within 10 s of `ctx.signal`, ATTEMPT_FENCED
 */
export const trainModel = async ({
  ctx,
  input,
}: {
  ctx: TrainingContext;
  input: TrainModelInput;
}): Promise<TrainModelOutput> => {
  const { pipeline, datasetId } = input;
  const all = await ctx.datasets.readRows(datasetId);
  const rows = selectRows(all, input);
  const marks = TASK_RULES[pipeline.training.task].labelledBy.includes('relation');
  return withBaseModel(ctx, pipeline.training.base, async (loaded) => {
    const base = marks ? await withRelationMarkers(ctx, loaded) : loaded;
    throwIfCancelled(ctx.signal);
    const key = trainingKeyOf({ input, subset: rows.subset, base: base.model, codeVersion: ctx.codeVersion });
    const step = await checkpointedStep({
      ctx,
      kind: 'TrainingRun',
      key,
      make: (store) =>
        withTemporaryFolder(async (folder) => {
          const start = await startingPoint(ctx, { input, all, rows, base, folder });
          const result = await train(ctx, { input, start, key, store });
          return manifestOf(ctx, { input, start, result });
        }),
    });
    return outputOf(step);
  });
};

/** The base model and weights a run begins with and the rows it goes on with. */
interface StartingPoint extends PreparedBase, Pick<TrainingRun, 'adaptation' | 'previous' | 'replayed'> {
  readonly weights: ModelWeights;
  readonly rows: TrainingRows;
}

const startingPoint = async (
  ctx: TrainingContext,
  {
    input,
    all,
    rows,
    base,
    folder,
  }: {
    readonly input: TrainModelInput;
    readonly all: readonly DatasetRow[];
    readonly rows: TrainingRows;
    readonly base: LoadedBaseModel;
    /** For weights that are too large for memory, until the run ends. */
    readonly folder: string;
  },
): Promise<StartingPoint> => {
  const { pipeline, datasetId, previous: id } = input;
  if (id !== null) {
    const previous = { id, run: await ctx.artifacts.get('TrainingRun', id) };
    requireContinuable(previous, { pipeline, base });
    const { rows: train, replayed } = await replay(ctx.datasets, {
      previous,
      pipeline,
      datasetId,
      rows: all,
    });
    const weights = await keptWeights(ctx.blobs, previous.run.weights, folder);
    const { adaptation } = previous.run;
    const prepared = await preparedBefore(ctx, previous.run, base);
    return { ...prepared, weights, rows: { ...rows, train }, adaptation, previous: id, replayed };
  }
  const prepared = await prepareBase(ctx, { pipeline, rows: all, base });
  const { adaptation: recipe } = pipeline.training;
  const adapted =
    recipe && (await adaptBase(ctx, { pipeline, datasetId, rows: all, base: prepared.base }, recipe));
  return {
    ...prepared,
    weights: adapted ? await keptWeights(ctx.blobs, adapted.weights, folder) : prepared.base.weights,
    rows,
    adaptation: adapted?.id ?? null,
    previous: null,
    replayed: 0,
  };
};

interface Parts {
  readonly input: TrainModelInput;
  readonly start: StartingPoint;
}

const train = async (
  ctx: TrainingContext,
  { input, start, key, store }: Parts & { readonly key: string; readonly store: CheckpointStore },
): Promise<TrainingResult> => {
  const { labels, training } = input.pipeline;
  const { base, rows, weights } = start;
  const { task, maxLength } = training;
  const { head, classesOf } = TASK_RULES[task];
  const classes = classesOf(labels);
  const encoding = { tokenizerJson: base.tokenizerJson, task, labels, maxLength };
  ctx.progress({
    activity: 'tokenising',
    done: 0,
    total: rows.train.length + rows.validation.length,
    unit: 'rows',
    secondsLeft: null,
    figures: {},
  });
  const examples = await tokenise(rows.train, encoding);
  return runTraining(
    ctx,
    {
      activity: 'training',
      trainingKey: key,
      configJson: base.config,
      task: head,
      weights,
      labels: classes,
      train: examples,
      validation: await tokenise(rows.validation, encoding),
      recipe: {
        ...recipeOf(training, seedOf(training.seed, input.generation)),
        loss: lossOf(training, classes.length, examples),
        // A point of the learning curve is small next to the validation split: one look per epoch must do.
        ...(rows.subset !== null && { evaluationsPerEpoch: 1 }),
      },
      checkpointEverySeconds: training.checkpointEverySeconds,
      ...(training.memoryBytesMax !== undefined && { memoryBytesMax: training.memoryBytesMax }),
    },
    store,
  );
};

/** Class weights n / (k n_c), as scikit-learn's "balanced"; targets below zero count for no class. */
const lossOf = (
  { labelSmoothing, classWeights }: TrainingRecipe,
  classes: number,
  examples: readonly Example[],
): NonNullable<NnRecipe['loss']> => {
  const counts = new Float64Array(classes);
  for (const { target } of examples) for (const value of target) if (value >= 0) counts[value]! += 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    kind: 'cross-entropy',
    labelSmoothing,
    ...(classWeights === 'balanced' && {
      classWeights: Array.from(counts, (count) => total / (classes * Math.max(count, 1))),
    }),
  };
};

/** Holds no instant and nothing that an interruption could change. */
const manifestOf = async (
  ctx: TrainingContext,
  { input, start, result }: Parts & { readonly result: TrainingResult },
): Promise<TrainingRun> => ({
  kind: 'TrainingRun',
  pipeline: input.pipeline.name,
  dataset: input.datasetId,
  base: start.base.model,
  vocabulary: start.vocabulary,
  adaptation: start.adaptation,
  previous: start.previous,
  replayed: start.replayed,
  recipe: input.pipeline.training,
  codeVersion: ctx.codeVersion,
  labels: input.pipeline.labels,
  rows: start.rows.train.length,
  generation: input.generation,
  steps: result.steps,
  bestStep: result.bestStep,
  stoppedEarly: result.stoppedEarly,
  validation: result.validationHistory.map(({ step, score, loss }) => ({ step, score, loss })),
  lossCurve: lossCurveOf(result.lossHistory),
  weights: await keepTensors(ctx.blobs, result.weights),
  adapter:
    result.adapter &&
    (await keepAdapter(ctx, result.adapter, { base: start.base, recipe: input.pipeline.training })),
});

const PEFT_TASKS = { 'sequence-classification': 'SEQ_CLS', 'token-classification': 'TOKEN_CLS' } as const;

const keepAdapter = async (
  { blobs }: TrainingContext,
  adapter: NonNullable<TrainingResult['adapter']>,
  { base, recipe }: { readonly base: Pick<LoadedBaseModel, 'model'>; readonly recipe: TrainingRecipe },
): Promise<TrainingRun['adapter']> => {
  const task = PEFT_TASKS[TASK_RULES[recipe.task].head];
  const files = writePeftAdapter(adapter, { baseModel: base.model.reference, task });
  return {
    config: await blobs.put(new TextEncoder().encode(files.configJson)),
    weights: await blobs.put(files.weights),
  };
};

const outputOf = ({ id, artifact, reused }: StepResult<'TrainingRun'>): TrainModelOutput => {
  const best = artifact.validation.find(({ step }) => step === artifact.bestStep);
  if (best === undefined)
    throw plumblineError('OBJECT_CORRUPT', `training run ${id} has no evaluation at its best step`);
  const { rows, steps, bestStep, stoppedEarly } = artifact;
  return { trainingRunId: id, rows, steps, bestStep, validationMacroF1: best.score, stoppedEarly, reused };
};
