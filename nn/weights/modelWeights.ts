import type { Tensor } from '../tensor.js';
import { readCheckpointFolder } from './checkpointFolder.js';
import { readGgufFile } from './gguf/llama.js';
import { readSafetensors } from './safetensors.js';

/**
 * Where the weights of a model are: the content of a safetensors file, or a path, which is a GGUF file where it ends
 * in `.gguf` and else a checkpoint folder, see `readCheckpointFolder`.
 */
export type ModelWeights = Uint8Array | string;

/** The tensors of a model, under Hugging Face's names. Blocks the calling thread. Throws as the readers of each kind. */
export function readModelWeights(weights: ModelWeights): Map<string, Tensor> {
  if (typeof weights !== 'string') return readSafetensors(weights);
  return weights.endsWith('.gguf') ? readGgufFile(weights).tensors : readCheckpointFolder(weights);
}
