import {
  type BaseAdaptation,
  type BaseModel,
  type DatasetRow,
  plumblineError,
  type TrainModelInput,
} from '../../contracts/index.js';
import {
  type Example,
  loadTokenizer,
  readModelWeights,
  type Tensor,
  type Tokenizer,
} from '../../nn/index.js';
import { digestOf } from '../digest.js';
import type { LoadedBaseModel } from './baseModels/index.js';
import { checkpointedStep } from './checkpointedStep.js';
import { keepTensors } from './keepTensors.js';
import { lossCurveOf } from './lossCurve.js';
import type { TrainingContext } from './ports.js';
import { runTraining, type TrainingWork } from './runTraining.js';
import { baseDigests, TRAINER_VERSION } from './trainingKey.js';

/** Tokens with a meaning of their own, in the families whose words are hidden. */
const SPECIAL_TOKENS = [
  '[CLS]',
  '[SEP]',
  '[PAD]',
  '[UNK]',
  '[MASK]',
  '<s>',
  '</s>',
  '<pad>',
  '<unk>',
  '<mask>',
];
const MASK_TOKENS = ['[MASK]', '<mask>'];

export interface AdaptedBase {
  readonly id: string;
  /** A safetensors file. */
  readonly weights: BaseAdaptation['weights'];
}

export interface AdaptBaseInput {
  readonly pipeline: TrainModelInput['pipeline'];
  readonly datasetId: string;
  readonly rows: readonly DatasetRow[];
  readonly base: LoadedBaseModel;
}

type Recipe = BaseAdaptation['recipe'];

/**
 * Lets the base model go on learning language from a dataset's training texts (Gururangan et al. 2020), watched on
 * the validation texts; no label is read. Texts longer than `training.maxLength` are cut into several. Done once for a dataset and
 * recipe, whoever asks.
 * @throws BASE_MODEL_UNSUPPORTED for a tokenizer without a mask token, and what `runTraining` throws
 */
export const adaptBase = async (
  ctx: TrainingContext,
  input: AdaptBaseInput,
  recipe: Recipe,
): Promise<AdaptedBase> => {
  const { pipeline, datasetId, base } = input;
  const { maxLength, precision, seed, weightDecay, warmupRatio, maxGradNorm } = pipeline.training;
  const key = digestOf({
    step: 'adaptBase',
    trainer: TRAINER_VERSION,
    codeVersion: ctx.codeVersion,
    pipeline: pipeline.name,
    dataset: datasetId,
    base: baseDigests(base.model),
    recipe,
    maxLength,
    precision,
    seed,
    weightDecay,
    warmupRatio,
    maxGradNorm,
  });
  const { id, artifact } = await checkpointedStep({
    ctx,
    kind: 'BaseAdaptation',
    key,
    make: async (store) => {
      const work = await workOf(input, recipe, key);
      const result = await runTraining(ctx, work, store);
      const adapted = overlay(readModelWeights(base.weights), result.weights);
      const manifest: BaseAdaptation = {
        kind: 'BaseAdaptation',
        pipeline: pipeline.name,
        dataset: datasetId,
        base: base.model,
        recipe,
        codeVersion: ctx.codeVersion,
        objective: work.task === 'masked-lm' ? 'masked-lm' : 'causal-lm',
        rows: input.rows.filter(({ split }) => split === 'train').length,
        steps: result.steps,
        bestStep: result.bestStep,
        validation: result.validationHistory.map(({ step, loss }) => ({ step, perplexity: Math.exp(loss) })),
        lossCurve: lossCurveOf(result.lossHistory),
        weights: await keepTensors(ctx.blobs, adapted),
      };
      return manifest;
    },
  });
  return { id, weights: artifact.weights };
};

const workOf = async (
  { pipeline, rows, base }: AdaptBaseInput,
  recipe: Recipe,
  trainingKey: string,
): Promise<TrainingWork> => {
  const { training } = pipeline;
  const task = objectiveOf(base.model);
  const tokenizer = await loadTokenizer(base.tokenizerJson);
  const examples = async (split: DatasetRow['split']): Promise<Example[]> => {
    const texts = rows.filter((row) => row.split === split).map(({ text }) => text);
    const windows = await tokenizer.encodeSpans(texts, {
      maxLength: training.maxLength,
      overflow: { kind: 'windows', stride: 0 },
    });
    // A text of one token has nothing that could follow.
    return windows
      .flat()
      .filter(({ ids }) => ids.length > 1)
      .map(({ ids }) => ({ ids, target: new Int32Array(0) }));
  };
  return {
    activity: 'adapting to the domain',
    trainingKey,
    configJson: base.config,
    weights: base.weights,
    task,
    labels: [],
    train: await examples('train'),
    validation: await examples('validation'),
    recipe: {
      epochs: recipe.epochs,
      batchSize: recipe.batchSize,
      learningRate: recipe.learningRate,
      precision: training.precision,
      weightDecay: training.weightDecay,
      warmupRatio: training.warmupRatio,
      maxGradNorm: training.maxGradNorm,
      freeze: 'none',
      evaluationsPerEpoch: 1,
      earlyStopping: null,
      seed: training.seed,
      ...(task === 'masked-lm' && { masking: maskingOf(tokenizer, base.model, recipe.maskedShare) }),
    },
    checkpointEverySeconds: training.checkpointEverySeconds,
  };
};

const objectiveOf = ({ architecture, reference }: BaseModel): 'masked-lm' | 'causal-lm' => {
  if (architecture === 'bert' || architecture === 'roberta') return 'masked-lm';
  if (architecture === 'gpt2' || architecture === 'llama') return 'causal-lm';
  throw plumblineError(
    'BASE_MODEL_UNSUPPORTED',
    `${reference} is a ${architecture}, which training.adaptation has no objective for; leave adaptation out`,
  );
};

const maskingOf = (tokenizer: Tokenizer, { reference }: BaseModel, probability: number) => {
  const idsOf = (tokens: readonly string[]) => tokens.flatMap((token) => tokenizer.idOf(token) ?? []);
  const [maskId] = idsOf(MASK_TOKENS);
  if (maskId === undefined)
    throw plumblineError(
      'BASE_MODEL_UNSUPPORTED',
      `the tokenizer of ${reference} has none of ${MASK_TOKENS.join(', ')}, which training.adaptation hides words with`,
    );
  return { maskId, specialIds: idsOf(SPECIAL_TOKENS), probability };
};

/** A checkpoint may name its weights without the family's prefix, which adapted ones have. */
const overlay = (
  base: ReadonlyMap<string, Tensor>,
  adapted: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> => {
  const bare = new Set([...adapted.keys()].map((name) => name.slice(name.indexOf('.') + 1)));
  return new Map([...[...base].filter(([name]) => !bare.has(name)), ...adapted]);
};
