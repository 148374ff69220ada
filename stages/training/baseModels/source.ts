import type { TrainingRecipe } from '../../../contracts/index.js';
import type { TrainingContext } from '../ports.js';

const MIB = 1024 * 1024;

/** The files a base model consists of, and the most bytes each may have; no single read of Node passes 2 GiB. */
export const MODEL_FILES = {
  'config.json': MIB,
  'tokenizer.json': 64 * MIB,
  'model.safetensors': 2048 * MIB - 1,
} as const;
export type ModelFileName = keyof typeof MODEL_FILES;
export const MODEL_FILE_NAMES = Object.keys(MODEL_FILES) as ModelFileName[];
export type ModelBytes = Readonly<Record<ModelFileName, Uint8Array>>;

/** What a source may ask of the world. */
export type BaseModelContext = Pick<
  TrainingContext,
  'cacheDir' | 'hfEndpoint' | 'secrets' | 'blobs' | 'signal' | 'log' | 'progress' | 'now'
>;

export interface SourceRequest {
  readonly ctx: BaseModelContext;
  /** The reference behind its scheme: `org/name@revision`, `package==version`, a folder. */
  readonly name: string;
  readonly base: TrainingRecipe['base'];
}

/** One place base models come from; one source a file, listed in table.ts. */
export interface BaseModelSource {
  /** What the content depends on besides the reference; null when it is read where it lies, without a cache. */
  cacheKey(request: SourceRequest): string | null;
  /**
   * Writes the model's files into `folder`, or for a source without a cache returns the folder they lie in.
   * @throws BASE_MODEL_UNAVAILABLE, BASE_MODEL_NOT_FOUND, BASE_MODEL_FORBIDDEN, BASE_MODEL_UNSUPPORTED, CANCELLED
   */
  fetchInto(folder: string, request: SourceRequest): Promise<void>;
}
