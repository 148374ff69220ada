import { NnError } from '../errors.js';
import { createRunner } from '../exec/createRunner.js';
import type { Runner, RunnerOptions } from '../exec/runner.js';
import { buildDecodingModel } from '../models/decodingModel.js';
import type { Model } from '../models/types.js';
import { type Decoding, startDecoding } from './decoding.js';

/** A language model that is loaded for writing. */
export interface Decoder {
  readonly vocabularySize: number;
  /** Most tokens of a text, the prompt included. */
  readonly maxPositions: number;
  /**
   * Reads prompts of one or more tokens, of any lengths; a seq2seq model reads them with its encoder. Throws
   * REQUEST_INVALID for an empty prompt, ids outside the vocabulary or a prompt
   * that leaves no room to write.
   */
  start(prompts: readonly Int32Array[]): Promise<Decoding>;
  dispose(): Promise<void>;
}

/** Throws BASE_MODEL_UNSUPPORTED for a model that writes no text, GRAPH_INVALID where no provider can load it. */
export async function createDecoder(model: Model, options: RunnerOptions): Promise<Decoder> {
  const built = buildDecodingModel(model, { logits: 'last' });
  const runners: Runner[] = [];
  const load = async (bytes: Uint8Array) => {
    const runner = await createRunner(bytes, options);
    runners.push(runner);
    return runner;
  };
  const decoder = await load(built.decoder);
  const mostTokens = built.encoder ? built.maxPositions : built.maxPositions - 1;
  const encoder = built.encoder && { runner: await load(built.encoder), startId: built.startId ?? 0 };
  const { vocabularySize, maxPositions, cacheShape } = built;
  return {
    vocabularySize,
    maxPositions,
    start: (prompts) => {
      requirePrompts(prompts, vocabularySize, mostTokens);
      return startDecoding({ decoder, cacheShape, ...(encoder ? { encoder } : {}) }, prompts);
    },
    dispose: async () => {
      await Promise.all(runners.map((runner) => runner.dispose()));
    },
  };
}

function requirePrompts(prompts: readonly Int32Array[], vocabularySize: number, mostTokens: number): void {
  if (prompts.length === 0) throw new NnError('REQUEST_INVALID', 'there is no prompt');
  for (const [row, prompt] of prompts.entries()) {
    if (prompt.length === 0 || prompt.length > mostTokens) {
      const range = `1 to ${mostTokens} tokens`;
      throw new NnError(
        'REQUEST_INVALID',
        `prompt ${row} has ${prompt.length} tokens, it must have ${range}`,
      );
    }
    const outside = prompt.find((id) => id < 0 || id >= vocabularySize);
    if (outside !== undefined) {
      throw new NnError('REQUEST_INVALID', `prompt ${row} holds the id ${outside}, outside the vocabulary`);
    }
  }
}
