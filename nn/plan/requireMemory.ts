import { NnError } from '../errors.js';
import type { Model } from '../models/types.js';
import type { PackedTexts } from '../train/packing.js';
import type { TrainingRecipe } from '../train/recipe.js';
import { taskTraining } from '../train/tasks/index.js';
import { estimateTraining, type TrainingEstimate, type Workload } from './trainingEstimate.js';

/** A way to need less, which was found to fit. */
export interface MemorySaving {
  readonly what: string;
  readonly recipe: TrainingRecipe;
  readonly workload: Workload;
  readonly totalBytes: number;
}

type Setting = Pick<MemorySaving, 'what' | 'recipe' | 'workload'>;

const LORA = { rank: 8, alpha: 16 };
const SEQUENCES = [512, 384, 256, 192, 128, 96, 64, 48, 32];

/**
 * The estimate of a run that fits into `bytesMax`. Throws MEMORY_INSUFFICIENT for one that does not, naming every
 * single change of the recipe that would, and where none would the first combination of them.
 */
export function requireMemory(
  model: Model,
  recipe: TrainingRecipe,
  workload: Workload,
  bytesMax: number,
): TrainingEstimate {
  const estimate = estimateTraining(model, recipe, workload);
  if (estimate.totalBytes <= bytesMax) return estimate;
  const fitting = memorySavings(model, recipe, workload, bytesMax);
  const advice =
    fitting.length === 0
      ? 'nothing that could be changed in the recipe makes it fit: take a smaller base model or a larger machine'
      : `any of these would fit: ${fitting.map(({ what, totalBytes }) => `${what} (${megabytes(totalBytes)})`).join('; ')}`;
  throw new NnError(
    'MEMORY_INSUFFICIENT',
    `training would take about ${megabytes(estimate.totalBytes)} of memory and there are ${megabytes(bytesMax)}; ${advice}`,
    {
      details: {
        totalBytes: estimate.totalBytes,
        bytesMax,
        fitting: fitting.map(({ what }) => what),
      },
    },
  );
}

/** Changes that make a run fit: each alone, or where none does the first number of them together. */
export function memorySavings(
  model: Model,
  recipe: TrainingRecipe,
  workload: Workload,
  bytesMax: number,
): MemorySaving[] {
  const start: Setting = { what: '', recipe, workload };
  const cost = (setting: Setting) => estimateTraining(model, setting.recipe, setting.workload).totalBytes;
  const found: MemorySaving[] = [];
  let together = start;
  for (const options of KNOBS.map((knob) => knob(start, model))) {
    const fit = options.map((setting) => ({ ...setting, totalBytes: cost(setting) }));
    const first = fit.find(({ totalBytes }) => totalBytes <= bytesMax);
    if (first) found.push(first);
  }
  if (found.length > 0) return found;
  for (const knob of KNOBS) {
    const options = knob(together, model).map((setting) => ({ ...setting, totalBytes: cost(setting) }));
    const enough = options.find(({ totalBytes }) => totalBytes <= bytesMax);
    if (enough) return [enough];
    const least = options.reduce<Setting & { totalBytes: number }>(
      (best, option) => (option.totalBytes < best.totalBytes ? option : best),
      { ...together, totalBytes: cost(together) },
    );
    together = least;
  }
  return [];
}

/** What a knob can be turned to from a setting, the least change first. */
type Knob = (from: Setting, model: Model) => readonly Setting[];

const changed = (from: Setting, what: string, recipe: Partial<TrainingRecipe>): Setting => ({
  what: from.what === '' ? what : `${from.what} and ${what}`,
  recipe: { ...from.recipe, ...recipe },
  workload: from.workload,
});

/** In the order of what they cost: the same result first, then another optimiser, part of the model, of the text. */
const KNOBS: readonly Knob[] = [
  (from) => {
    const { stepsPerRun, ...workload } = from.workload;
    return stepsPerRun === undefined ? [] : [{ ...changed(from, 'no stepsPerRun', {}), workload }];
  },
  (from) =>
    (from.recipe.precision ?? 'float32') === 'float32' || from.workload.products === 'native'
      ? []
      : [changed(from, 'precision: float32', { precision: 'float32' })],
  (from) =>
    from.recipe.recomputeActivations
      ? []
      : [changed(from, 'recomputeActivations: true', { recomputeActivations: true })],
  (from, { task }) => {
    const { batchSize, microBatchSize = batchSize } = from.recipe;
    if (!taskTraining(task).divisible || from.workload.stepsPerRun !== undefined) return [];
    return halvings(Math.min(batchSize, microBatchSize)).map((size) =>
      changed(from, `microBatchSize: ${size}`, { microBatchSize: size }),
    );
  },
  (from) =>
    from.recipe.optimizer?.type === 'adafactor' || from.workload.stepsPerRun !== undefined
      ? []
      : [changed(from, 'optimizer: adafactor', { optimizer: { type: 'adafactor' } })],
  (from, { config }) => {
    if (from.recipe.lora) return [];
    const half = Math.floor(config.layers / 2);
    const frozen =
      from.recipe.freeze === 'none' ? [changed(from, 'freeze: embeddings', { freeze: 'embeddings' })] : [];
    return typeof from.recipe.freeze === 'object'
      ? []
      : [...frozen, changed(from, `freeze: { bottomLayers: ${half} }`, { freeze: { bottomLayers: half } })];
  },
  (from) => (from.recipe.lora ? [] : [changed(from, `lora: { rank: ${LORA.rank} }`, { lora: LORA })]),
  (from) =>
    SEQUENCES.filter((length) => length < from.workload.sequence).map((length) => ({
      ...changed(from, `maxLength: ${length}`, {}),
      workload: shortened(from.workload, length),
    })),
];

function halvings(size: number): number[] {
  const sizes: number[] = [];
  for (let half = Math.floor(size / 2); half >= 1; half = Math.floor(half / 2)) sizes.push(half);
  return sizes;
}

function shortened(workload: Workload, length: number): Workload {
  const { target, sequenceMean, packed, sequence } = workload;
  return {
    ...workload,
    sequence: length,
    ...(target !== undefined && { target: Math.min(target, length) }),
    ...(sequenceMean !== undefined && { sequenceMean: Math.min(sequenceMean, length) }),
    ...(packed && { packed: shortenedTexts(packed, length / sequence) }),
  };
}

/** Rows that are as much shorter as the longest text is; an example of several texts is cut as a whole. */
function shortenedTexts({ lengths, rowTokens }: PackedTexts, share: number): PackedTexts {
  const most = rowTokens.map((tokens) => Math.ceil(share * tokens));
  return {
    rowTokens: most,
    lengths: lengths.map((part, at) => part.map((tokens) => Math.min(tokens, most[at]!))),
  };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
