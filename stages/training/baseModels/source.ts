import type { TrainingRecipe } from '../../../contracts/index.js';
import type { TrainingContext } from '../ports.js';

const MIB = 1024 * 1024;

/** The most bytes that each file of a base model may have. */
export const BYTES_MAX = {
  'config.json': MIB,
  'tokenizer.json': 64 * MIB,
  'model.safetensors.index.json': 32 * MIB,
  /** A file of weights; they are never in memory as a whole before the trainer reads them. */
  weights: 64 * 1024 * MIB,
} as const;

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
  /** Whether `fetchInto` goes on from what an earlier attempt at the same cache key left in the folder. */
  readonly resumes: boolean;
  /**
   * Writes the model's files into `folder`.
   * @returns the names of the files written
   * @throws BASE_MODEL_UNAVAILABLE, BASE_MODEL_NOT_FOUND, BASE_MODEL_FORBIDDEN, BASE_MODEL_UNSUPPORTED,
   *   WEIGHTS_CORRUPT, CANCELLED
   */
  fetchInto(folder: string, request: SourceRequest): Promise<readonly string[]>;
}
