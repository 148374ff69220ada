/** llama.cpp's names of a LLaMA's tensors and Hugging Face's, source: `TENSOR_NAMES` of gguf-py. */
const WHOLE: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
};

const IN_LAYER: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};

/** A block's index is at most six digits long, so that equal numbers are equal names. */
const LAYER = /^blk\.(0|[1-9][0-9]{0,5})\.([a-z_]+)\.(weight|bias)$/;

/** Hugging Face's name, or undefined for a tensor that is no part of a LLaMA. */
export function llamaName(name: string): string | undefined {
  if (Object.hasOwn(WHOLE, name)) return WHOLE[name];
  const [, layer, part, kind] = LAYER.exec(name) ?? [];
  if (part === undefined || !Object.hasOwn(IN_LAYER, part)) return undefined;
  return `model.layers.${layer}.${IN_LAYER[part]}.${kind}`;
}

/** Derived from the configuration; older files store them. */
export function isDerived(name: string): boolean {
  return name === 'rope_freqs.weight' || /\.attn_rot_embd(\.weight)?$/.test(name);
}
