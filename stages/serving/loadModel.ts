import { type ExecutionProvider, type ModelVersion, plumblineError } from '../../contracts/index.js';
import { loadTokenizer } from '../../nn/index.js';
import type { BlobStore } from '../ports.js';
import { type Engine, startEngine } from './engine/startEngine.js';
import type { ServingObserver } from './observer.js';
import { createTokenBatcher } from './tokenBatcher.js';

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

/** A model version in memory, warm. */
export interface LoadedModel {
  readonly model: string;
  readonly version: number;
  readonly modelVersionId: string;
  readonly labels: readonly string[];
  readonly maxLength: number;
  /** The execution provider that really runs it. */
  readonly provider: string;
  readonly logsPredictions: boolean;
  /** False once its thread has died; it must be loaded again. */
  readonly alive: boolean;
  /** In the order of `texts`. @throws OVERLOADED */
  classify(texts: readonly string[]): Promise<ModelPrediction[]>;
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

const readFile = (blobs: BlobStore, { files, model }: ModelVersion, name: string): Promise<Uint8Array> => {
  const ref = files[name];
  if (ref === undefined)
    throw plumblineError('OBJECT_NOT_FOUND', `the version of model ${model} has no file ${name}`);
  return blobs.get(ref);
};

/** A first run allocates and optimises, so that no caller pays for it; it also proves that files and labels fit. */
const warmUp = async (engine: Engine, ids: Int32Array, manifest: ModelVersion): Promise<void> => {
  const { probabilities } = await engine.run([ids]);
  if (probabilities.length !== manifest.labels.length)
    throw plumblineError(
      'GRAPH_INVALID',
      `model.onnx of ${manifest.model} gives ${probabilities.length} scores for ${manifest.labels.length} labels`,
    );
};

/**
 * Loads `model.onnx` and `tokenizer.json` of a version (the blob store checks their digests) on a thread of its
 * own and runs it once.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT, GRAPH_INVALID, PROVIDER_UNAVAILABLE, TOKENIZER_INVALID, SHAPE_MISMATCH
 */
export const loadModel = async (input: LoadModelInput): Promise<LoadedModel> => {
  const { blobs, manifest, modelVersionId, version, threads, providers, observer } = input;
  const { model, labels, maxLength, serving } = manifest;
  const tokenizer = await loadTokenizer(await readFile(blobs, manifest, 'tokenizer.json'));
  const engine = await startEngine({
    model: await readFile(blobs, manifest, 'model.onnx'),
    threads,
    providers,
  });
  try {
    const [encoded] = await tokenizer.encodeBatch(['warm up'], { maxLength });
    await warmUp(engine, encoded!.ids, manifest);
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

  const predict = async (texts: readonly string[]): Promise<ModelPrediction[]> => {
    const sequences = (await tokenizer.encodeBatch(texts, { maxLength })).map(({ ids }) => ids);
    const rows = await batcher.submit(sequences);
    return rows.map(({ probabilities, embedding }, index) => {
      const best = probabilities.indexOf(Math.max(...probabilities));
      return { label: labels[best] ?? '', probabilities, embedding, tokens: sequences[index]!.length };
    });
  };

  return {
    model,
    version,
    modelVersionId,
    labels,
    maxLength,
    provider: engine.provider,
    logsPredictions: serving.logPredictions,
    get alive() {
      return engine.alive;
    },
    async classify(texts) {
      const result = predict(texts);
      underWay.add(result);
      try {
        return await result;
      } finally {
        underWay.delete(result);
      }
    },
    async close() {
      await Promise.allSettled(underWay);
      await engine.close();
    },
  };
};
