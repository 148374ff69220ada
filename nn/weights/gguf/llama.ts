import { basename, dirname } from 'node:path';
import { elementCount, type Tensor } from '../../tensor.js';
import { type ByteSource, withFileOf } from '../byteSource.js';
import { corrupt, unsupported } from './corrupt.js';
import { type GgufTensor, readGgufHeader } from './header.js';
import { type LlamaConfigJson, llamaConfig } from './llamaConfig.js';
import { isDerived, llamaName } from './llamaNames.js';
import { ggufTokenizerJson } from './tokenizer.js';
import type { TokenizerJson } from './vocabulary.js';

/** What a LLaMA's Hugging Face checkpoint would hold beside its weights. */
export interface GgufDescription {
  /** Content for `config.json`. */
  readonly config: LlamaConfigJson;
  /** The number of values in its tensors. */
  readonly parameters: number;
  /** Content for `tokenizer.json`, see `ggufTokenizerJson`. Throws TOKENIZER_INVALID where it has no equivalent. */
  readonly tokenizerJson: () => TokenizerJson;
}

/** A LLaMA as a Hugging Face checkpoint would hold it. */
export interface GgufModel extends GgufDescription {
  /** float32, under Hugging Face's names; no `lm_head.weight` where the output is tied to the embedding. */
  readonly tensors: Map<string, Tensor>;
}

/** `readGguf` of a file on disk. Links are refused, see `withFileOf`. */
export function readGgufFile(path: string): GgufModel {
  return withFileOf(dirname(path), basename(path), readGguf);
}

/**
 * What a GGUF file of the LLaMA family says of its model. Verifies all but the values, which are not read. Throws as
 * `readGguf`.
 */
export function describeGgufFile(path: string): GgufDescription {
  return withFileOf(dirname(path), basename(path), (source) => describe(source).description);
}

/**
 * The model in a GGUF file of the LLaMA family. Values are dequantised to float32 one tensor at a time, so that at
 * most one stored tensor is alive beside the result. Blocks the calling thread.
 *
 * Throws WEIGHTS_CORRUPT, BASE_MODEL_UNSUPPORTED for other architectures, tensors and quantisations.
 */
export function readGguf(source: ByteSource): GgufModel {
  const { description, stored } = describe(source);
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of stored) {
    const data = rotatedBack(readValues(source, tensor), tensor, description.config);
    tensors.set(name, { dtype: 'float32', dims: tensor.dims, data });
  }
  return { ...description, tensors };
}

interface Described {
  readonly description: GgufDescription;
  /** The tensors of the model under Hugging Face's names. */
  readonly stored: ReadonlyMap<string, GgufTensor>;
}

function describe(source: ByteSource): Described {
  const header = readGgufHeader(source);
  const factors = header.tensors.get('rope_freqs.weight');
  const config = llamaConfig(header, factors && readValues(source, factors));
  const stored = new Map<string, GgufTensor>();
  for (const tensor of header.tensors.values()) {
    if (isDerived(tensor.name)) continue;
    const name = llamaName(tensor.name);
    if (name === undefined) throw unsupported(`${JSON.stringify(tensor.name)} is no tensor of a LLaMA`);
    stored.set(name, tensor);
  }
  const parameters = [...stored.values()].reduce((sum, { dims }) => sum + elementCount(dims), 0);
  const tokenizerJson = () => ggufTokenizerJson(header.metadata);
  return { description: { config, parameters, tokenizerJson }, stored };
}

function readValues(source: ByteSource, { begin, end, quantization }: GgufTensor): Float32Array {
  return quantization.toFloat32(source.read(begin, end - begin));
}

/**
 * llama.cpp rotates neighbouring values of a head, Hugging Face's LLaMA values half a head apart: row 2i + j of a head
 * there is row j * half + i here. Source: `LlamaModel.permute` in llama.cpp's convert_hf_to_gguf.py.
 */
function rotatedBack(data: Float32Array, { name, dims }: GgufTensor, config: LlamaConfigJson): Float32Array {
  const part = /\.attn_([qk])\./.exec(name)?.[1];
  if (part === undefined) return data;
  const heads = part === 'q' ? config.num_attention_heads : config.num_key_value_heads;
  const rows = dims[0] ?? 0;
  const half = rows / heads / 2;
  if (!Number.isInteger(half)) throw corrupt(`${name} has ${rows} rows, which ${heads} heads cannot share`);
  const width = elementCount(dims.slice(1));
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const within = row % (2 * half);
    const target = row - within + (within % 2) * half + (within >> 1);
    result.set(data.subarray(row * width, (row + 1) * width), target * width);
  }
  return result;
}
