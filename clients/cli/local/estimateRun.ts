import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Pipeline, plumblineError, TASK_RULES, TrainingRecipe } from '../../../contracts/index.js';
import type { Example, MemorySaving, Task, TrainingEstimate, Workload } from '../../../nn/index.js';
import { corpusFiles, readTexts } from './corpus.js';

export interface EstimateOptions {
  readonly model?: string;
  readonly texts?: readonly string[];
  readonly field: string;
  readonly rows?: number;
  readonly meanTokens?: number;
  readonly stepsPerRun?: number;
  readonly memory?: number;
}

/** What of a pipeline decides what its training takes. */
export type EstimateSubject = Pick<Pipeline, 'labels' | 'training'>;

export interface FoundEstimate {
  readonly model: { readonly family: string; readonly parameters: number };
  readonly textsPerStep: number;
  readonly tokens: { readonly longest: number; readonly mean: number };
  /** All steps of a training that does not stop early; `rows` is null where it is only the fewest that are made. */
  readonly steps: number;
  readonly rows: number | null;
  readonly estimate: TrainingEstimate;
  readonly bytesMax: number;
  readonly fits: boolean;
  /** Changes that would fit where it does not; empty too where none would. */
  readonly savings: readonly Pick<MemorySaving, 'what' | 'totalBytes'>[];
}

/** The default recipe, for two labels and the model in a folder. @throws REQUEST_INVALID without one */
export const defaultSubject = (folder: string | undefined): EstimateSubject => {
  if (folder === undefined)
    throw plumblineError('REQUEST_INVALID', 'give a pipeline file, or the folder of a base model by --model');
  const base = { model: `file:${folder}` };
  return { labels: ['first', 'second'], training: TrainingRecipe.parse({ base }) };
};

/**
 * What training takes, by the configuration of its base model: no weight is read.
 * @throws REQUEST_INVALID for a base model that is not on this machine, OBJECT_NOT_FOUND, BASE_MODEL_UNSUPPORTED,
 *   CANCELLED, and what `estimateTraining` throws for a recipe that a run would refuse
 */
export const estimateOf = async (
  { labels, training }: EstimateSubject,
  options: EstimateOptions & { readonly signal: AbortSignal },
): Promise<FoundEstimate> => {
  const nn = await import('../../../nn/index.js');
  const path = options.model ?? folderOf(training.base.model);
  const rule = TASK_RULES[training.task];
  const model = nn.blankModel({
    configJson: grown(await configOf(path), training.vocabulary?.add ?? 0),
    task: rule.head,
    labels: rule.classesOf(labels),
  });
  const recipe = {
    ...nn.recipeOf(training, training.seed),
    loss: { kind: 'cross-entropy', labelSmoothing: training.labelSmoothing },
  } as const;
  const measured = options.texts && (await examplesOf(path, options.texts, { ...options, training }));
  const workload: Workload = {
    ...(measured
      ? nn.exampleWorkload(measured, measured, model.task as Task)
      : {
          sequence: training.maxLength,
          sequenceMean: Math.min(options.meanTokens ?? training.maxLength, training.maxLength),
        }),
    // A run reads its base model from files.
    checkpointBytes: 0,
    ...(options.stepsPerRun !== undefined && { stepsPerRun: options.stepsPerRun }),
  };
  const rows = measured?.length ?? options.rows ?? null;
  const estimate = nn.estimateTraining(model, recipe, workload);
  const bytesMax = options.memory ?? training.memoryBytesMax ?? nn.availableMemory();
  const fits = estimate.totalBytes <= bytesMax;
  const savings = fits ? [] : nn.memorySavings(model, recipe, workload, bytesMax);
  return {
    model: {
      family: model.modelType,
      parameters: [...model.parameters.values()].reduce((sum, { data }) => sum + data.length, 0),
    },
    textsPerStep: training.batchSize,
    tokens: { longest: workload.sequence, mean: workload.sequenceMean ?? workload.sequence },
    steps: rows === null ? training.stepsMin : nn.planTraining(recipe, rows).totalSteps,
    rows,
    estimate,
    bytesMax,
    fits,
    savings: savings.map(({ what, totalBytes }) => ({ what, totalBytes })),
  };
};

const folderOf = (reference: string): string => {
  const path = /^file:(.+)$/.exec(reference)?.[1];
  if (path !== undefined) return path;
  throw plumblineError(
    'REQUEST_INVALID',
    `${reference} is not on this machine: give a folder with its config.json by --model`,
  );
};

/** A config.json is a few kilobytes, a tokenizer.json 33 MB at most in wide use. */
const BYTES_MAX = 2 ** 27;

const configOf = async (path: string): Promise<unknown> => {
  if (path.endsWith('.gguf')) {
    const nn = await import('../../../nn/index.js');
    return nn.describeGgufFile(path).config;
  }
  try {
    return JSON.parse(readText(join(path, 'config.json')));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw plumblineError('BASE_MODEL_UNSUPPORTED', `${join(path, 'config.json')} is not JSON`, { cause });
  }
};

/** The configuration with room for the words that `training.vocabulary` may add. */
const grown = (config: unknown, words: number): unknown => {
  const { vocab_size: size, ...rest } = (config ?? {}) as { readonly vocab_size?: unknown };
  return words > 0 && typeof size === 'number' ? { ...rest, vocab_size: size + words } : config;
};

interface TextOptions extends Pick<EstimateOptions, 'field'> {
  readonly training: TrainingRecipe;
  readonly signal: AbortSignal;
}

/** Texts as training reads them; what is to be learnt of them takes no memory to speak of. */
const examplesOf = async (
  path: string,
  texts: readonly string[],
  { field, training, signal }: TextOptions,
): Promise<Example[]> => {
  const nn = await import('../../../nn/index.js');
  const tokenizer = await nn.loadTokenizer(
    path.endsWith('.gguf')
      ? JSON.stringify(nn.describeGgufFile(path).tokenizerJson())
      : readText(join(path, 'tokenizer.json')),
  );
  const all: string[] = [];
  for await (const text of readTexts(corpusFiles(texts), { field, signal })) all.push(text);
  if (all.length === 0) throw plumblineError('REQUEST_INVALID', `${texts.join(', ')}: no text in there`);
  const encoded = await tokenizer.encodeBatch(all, { maxLength: training.maxLength });
  return encoded.map(({ ids }) => ({ ids: Int32Array.from(ids), target: new Int32Array(0) }));
};

/** @throws OBJECT_NOT_FOUND, REQUEST_INVALID for a file that is too large */
const readText = (path: string): string => {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw plumblineError('OBJECT_NOT_FOUND', `${path} is missing`);
  if (size > BYTES_MAX) throw plumblineError('REQUEST_INVALID', `${path} is larger than ${BYTES_MAX} bytes`);
  return readFileSync(path, 'utf8');
};
