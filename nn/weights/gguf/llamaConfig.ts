import { unsupported } from './corrupt.js';
import { count, optionalCount, optionalPositive, optionalText, optionalToken, positive } from './fields.js';
import type { GgufHeader } from './header.js';
import type { Metadata } from './metadata.js';
import { llama3Scaling, type RopeScaling } from './ropeScaling.js';

/** The fields of a Hugging Face LLaMA `config.json` that a GGUF file decides. */
export interface LlamaConfigJson {
  readonly architectures: readonly ['LlamaForCausalLM'];
  readonly model_type: 'llama';
  readonly hidden_act: 'silu';
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly rope_scaling: RopeScaling | null;
  readonly attention_bias: boolean;
  readonly mlp_bias: boolean;
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | null;
  readonly pad_token_id: number | null;
  readonly torch_dtype: 'float32';
}

/** llama.cpp's value where a file names none. */
const ROPE_THETA_DEFAULT = 10_000;

/**
 * The configuration of a LLaMA from a GGUF file's metadata and table of tensors. `ropeFactors` are the values of
 * `rope_freqs.weight`, where the file has it. Keys: docs/gguf.md of ggml-org/ggml.
 *
 * Throws WEIGHTS_CORRUPT, BASE_MODEL_UNSUPPORTED for another architecture or a variant whose arithmetic differs.
 */
export function llamaConfig(
  { metadata, tensors }: GgufHeader,
  ropeFactors: Float32Array | undefined,
): LlamaConfigJson {
  const architecture = optionalText(metadata, 'general.architecture');
  if (architecture !== 'llama')
    throw unsupported(`its architecture is ${architecture ?? 'not named'}, not llama`);
  const parts = optionalCount(metadata, 'split.count', 0) ?? 1;
  if (parts > 1) {
    throw unsupported(`it is one of ${parts} parts; join them with llama-gguf-split --merge`);
  }
  if (optionalCount(metadata, 'llama.expert_count', 0)) throw unsupported('it is a mixture of experts');
  const hidden = count(metadata, 'llama.embedding_length');
  const heads = count(metadata, 'llama.attention.head_count');
  const rotated = optionalCount(metadata, 'llama.rope.dimension_count');
  const headDim = optionalCount(metadata, 'llama.attention.key_length') ?? rotated ?? hidden / heads;
  if (!Number.isInteger(headDim)) throw unsupported(`${heads} heads cannot share ${hidden} values`);
  if ((rotated ?? headDim) !== headDim)
    throw unsupported(`it rotates ${rotated} of a head's ${headDim} values`);
  if ((optionalCount(metadata, 'llama.attention.value_length') ?? headDim) !== headDim) {
    throw unsupported('keys and values have different lengths');
  }
  const theta = optionalPositive(metadata, 'llama.rope.freq_base') ?? ROPE_THETA_DEFAULT;
  const vocabulary = vocabularySize({ metadata, tensors });
  const token = (name: string) =>
    optionalToken(metadata, `tokenizer.ggml.${name}_token_id`, vocabulary) ?? null;
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    vocab_size: vocabulary,
    hidden_size: hidden,
    intermediate_size: count(metadata, 'llama.feed_forward_length'),
    num_hidden_layers: count(metadata, 'llama.block_count'),
    num_attention_heads: heads,
    num_key_value_heads: optionalCount(metadata, 'llama.attention.head_count_kv') ?? heads,
    head_dim: headDim,
    max_position_embeddings: count(metadata, 'llama.context_length'),
    rms_norm_eps: positive(metadata, 'llama.attention.layer_norm_rms_epsilon'),
    rope_theta: theta,
    rope_scaling: ropeScaling(metadata, ropeFactors, { theta, headDim }),
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_gate.bias'),
    tie_word_embeddings: !tensors.has('output.weight'),
    bos_token_id: token('bos'),
    eos_token_id: token('eos'),
    pad_token_id: token('padding'),
    torch_dtype: 'float32',
  };
}

function ropeScaling(
  metadata: Metadata,
  factors: Float32Array | undefined,
  rotation: { readonly theta: number; readonly headDim: number },
): RopeScaling | null {
  const type = optionalText(metadata, 'llama.rope.scaling.type') ?? 'none';
  const factor =
    optionalPositive(metadata, 'llama.rope.scaling.factor') ??
    optionalPositive(metadata, 'llama.rope.scale_linear');
  if (factors) {
    const original = optionalCount(metadata, 'llama.rope.scaling.original_context_length');
    return llama3Scaling(factors, { ...rotation, original });
  }
  if (type !== 'linear' && type !== 'none') throw unsupported(`its rotary embedding is scaled by '${type}'`);
  const linear = type === 'linear' || metadata.has('llama.rope.scale_linear');
  return linear && factor !== undefined && factor !== 1 ? { rope_type: 'linear', factor } : null;
}

/** The rows of the embedding decide; a file may count its tokens elsewhere, or not at all. */
function vocabularySize({ metadata, tensors }: GgufHeader): number {
  const rows = tensors.get('token_embd.weight')?.dims[0];
  if (rows === undefined) throw unsupported('it has no token_embd.weight');
  const said = optionalCount(metadata, 'llama.vocab_size') ?? rows;
  if (said !== rows) throw unsupported(`llama.vocab_size is ${said}, the embedding has ${rows} rows`);
  return rows;
}
