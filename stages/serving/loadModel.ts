import {
  type ExecutionProvider,
  type ModelVersion,
  plumblineError,
  TASK_RULES,
  type Task,
} from '../../contracts/index.js';
import {
  encodeWords,
  type FoundEntity,
  loadTokenizer,
  readEntities,
  type Tokenizer,
} from '../../nn/index.js';
import { meanEmbedding } from '../meanEmbedding.js';
import type { BlobStore } from '../ports.js';
import { type Engine, startEngine } from './engine/startEngine.js';
import type { ServingObserver } from './observer.js';
import { fileOf, withOnnxFiles } from './onnxFiles.js';
import { createTokenBatcher, type TokenBatcher } from './tokenBatcher.js';

/** Work that may wait, in full batches; at ten thousand tokens a second about six seconds. */
const QUEUED_BATCHES_MAX = 32;

export interface ModelPrediction {
  readonly label: string;
  /** Probabilities in the order of the model's labels; they sum to 1. */
  readonly probabilities: Float32Array;
  readonly embedding: Float32Array;
  /** Tokens the model read, special ones included, after truncation. */
  readonly tokens: number;
}

export interface ModelExtraction {
  readonly entities: readonly FoundEntity[];
  /** Mean probabilities of the model's tags over the words of the text; they sum to 1. */
  readonly tagShares: Float64Array;
  readonly embedding: readonly number[];
  /** Tokens the model read in all windows of the text, special ones included. */
  readonly tokens: number;
}

/** A model version in memory, warm. */
export interface LoadedModel {
  readonly model: string;
  readonly version: number;
  readonly modelVersionId: string;
  readonly task: Task;
  readonly labels: readonly string[];
  readonly maxLength: number;
  /** The execution provider that really runs it. */
  readonly provider: string;
  readonly logsPredictions: boolean;
  /** False once its thread has died; it must be loaded again. */
  readonly alive: boolean;
  /** In the order of `texts`. @throws OVERLOADED; REQUEST_INVALID for a model that finds entities */
  classify(texts: readonly string[]): Promise<ModelPrediction[]>;
  /** In the order of `texts`. @throws OVERLOADED; REQUEST_INVALID for a model that finds none */
  extract(texts: readonly string[]): Promise<ModelExtraction[]>;
  /** Lets requests under way finish, then frees the memory. */
  close(): Promise<void>;
}

export interface LoadModelInput {
  readonly blobs: BlobStore;
  readonly manifest: ModelVersion;
  readonly modelVersionId: string;
  readonly version: number;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
  readonly observer: ServingObserver;
}

/** A first run allocates and optimises, so that no caller pays for it; it also proves that files and labels fit. */
const warmUp = async (
  engine: Engine,
  ids: Int32Array,
  { model, labels, task }: WarmedModel,
): Promise<void> => {
  const { probabilities } = await engine.run([ids]);
  const { head, classesOf } = TASK_RULES[task];
  const classes = classesOf(labels).length;
  const rows = head === 'token-classification' ? ids.length : 1;
  if (probabilities.length !== rows * classes)
    throw plumblineError(
      'GRAPH_INVALID',
      `model.onnx of ${model} gives ${probabilities.length / rows} scores for ${classes} classes`,
    );
};

type WarmedModel = Pick<ModelVersion, 'model' | 'labels'> & { readonly task: Task };

interface Reading {
  readonly tokenizer: Tokenizer;
  readonly batcher: TokenBatcher;
  readonly labels: readonly string[];
  readonly maxLength: number;
}

const predict = async (
  { tokenizer, batcher, labels, maxLength }: Reading,
  texts: readonly string[],
): Promise<ModelPrediction[]> => {
  const sequences = (await tokenizer.encodeBatch(texts, { maxLength })).map(({ ids }) => ids);
  const rows = await batcher.submit(sequences);
  return rows.map(({ probabilities, embedding }, index) => {
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { label: labels[best] ?? '', probabilities, embedding, tokens: sequences[index]!.length };
  });
};

const find = async (
  { tokenizer, batcher, labels, maxLength }: Reading,
  texts: readonly string[],
): Promise<ModelExtraction[]> => {
  const tags = TASK_RULES['token-classification'].classesOf(labels);
  const read = await encodeWords(tokenizer, texts, maxLength);
  const rows = await batcher.submit(read.flatMap(({ windows }) => windows.map(({ ids }) => ids)));
  let next = 0;
  return read.map((text) => {
    const ofText = rows.slice(next, next + text.windows.length);
    next += text.windows.length;
    const lengths = text.windows.map(({ ids }) => ids.length);
    return {
      ...readEntities(
        text,
        ofText.map(({ probabilities }) => probabilities),
        tags,
      ),
      embedding: meanEmbedding(
        ofText.map(({ embedding }) => embedding),
        lengths,
      ),
      tokens: lengths.reduce((sum, length) => sum + length, 0),
    };
  });
};

/**
 * Loads `model.onnx` and `tokenizer.json` of a version (the blob store checks their digests) on a thread of its
 * own and runs it once.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, GRAPH_INVALID, PROVIDER_UNAVAILABLE, TOKENIZER_INVALID, SHAPE_MISMATCH
 */
export const loadModel = async (input: LoadModelInput): Promise<LoadedModel> => {
  const { blobs, manifest, modelVersionId, version, threads, providers, observer } = input;
  const { model, task = 'sequence-classification', labels, maxLength, serving } = manifest;
  const { head, endpoint } = TASK_RULES[task];
  const tokenizer = await loadTokenizer(await blobs.get(fileOf(manifest, 'tokenizer.json')));
  const engine = await withOnnxFiles(blobs, manifest, (onnx) =>
    startEngine({ model: onnx, head, threads, providers }),
  );
  try {
    const [encoded] = await tokenizer.encodeBatch(['warm up'], { maxLength });
    await warmUp(engine, encoded!.ids, { model, labels, task });
  } catch (error) {
    await engine.close();
    throw error;
  }
  const batcher = createTokenBatcher((sequences) => engine.run(sequences), {
    maxBatchTokens: serving.maxBatchTokens,
    maxQueueDelayMs: serving.maxQueueDelayMs,
    queueTokensMax: QUEUED_BATCHES_MAX * serving.maxBatchTokens,
    onRun: (run) => observer.ran({ model, ...run }),
    onQueue: (rows) => observer.queued(model, rows),
  });
  const underWay = new Set<Promise<unknown>>();

  const reading = { tokenizer, batcher, labels, maxLength };
  const follow = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  const requireHead = (wanted: typeof head): void => {
    if (head !== wanted)
      throw plumblineError('REQUEST_INVALID', `model ${model} answers POST /v1/models/${model}:${endpoint}`);
  };

  return {
    model,
    version,
    modelVersionId,
    task,
    labels,
    maxLength,
    provider: engine.provider,
    logsPredictions: serving.logPredictions,
    get alive() {
      return engine.alive;
    },
    async classify(texts) {
      requireHead('sequence-classification');
      return follow(predict(reading, texts));
    },
    async extract(texts) {
      requireHead('token-classification');
      return follow(find(reading, texts));
    },
    async close() {
      await Promise.allSettled(underWay);
      await engine.close();
    },
  };
};
