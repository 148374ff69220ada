import type { Family } from '../family.js';
import { decoderHead } from '../layers/decoderHeads.js';
import { wholeContext } from '../layers/keyValueCache.js';
import { project } from '../layers/linear.js';
import { declareTokens } from '../layers/tokens.js';
import { ParameterList } from '../parameters.js';
import type { LlamaConfig } from '../types.js';
import { readLlamaConfig } from './config.js';
import { decode } from './decoder.js';

const WORDS = 'model.embed_tokens.weight';

function outputOf({ tied }: LlamaConfig): string {
  return tied ? WORDS : 'lm_head.weight';
}

/** LLaMA (Touvron et al., 2023; Llama 3, 2024) as in `transformers`. */
export const llama: Family<LlamaConfig> = {
  tasks: {
    'causal-lm': 'LlamaForCausalLM',
    'sequence-classification': 'LlamaForSequenceClassification',
  },
  prefix: 'model.',
  readConfig: readLlamaConfig,
  parameters: (config, { task, labels }) => {
    const { hiddenSize, intermediateSize, vocabularySize, heads, keyValueHeads, headWidth } = config;
    const list = new ParameterList().weight(WORDS, [vocabularySize, hiddenSize]);
    for (let layer = 0; layer < config.layers; layer += 1) {
      const at = `model.layers.${layer}`;
      list.gain(`${at}.input_layernorm`, hiddenSize);
      const attention = (part: string, from: number, to: number) =>
        list.linear(`${at}.self_attn.${part}_proj`, from, to, config.attentionBias);
      attention('q', hiddenSize, heads * headWidth);
      attention('k', hiddenSize, keyValueHeads * headWidth);
      attention('v', hiddenSize, keyValueHeads * headWidth);
      attention('o', heads * headWidth, hiddenSize);
      list.gain(`${at}.post_attention_layernorm`, hiddenSize);
      list.linear(`${at}.mlp.gate_proj`, hiddenSize, intermediateSize, config.mlpBias);
      list.linear(`${at}.mlp.up_proj`, hiddenSize, intermediateSize, config.mlpBias);
      list.linear(`${at}.mlp.down_proj`, intermediateSize, hiddenSize, config.mlpBias);
    }
    list.gain('model.norm', hiddenSize);
    if (task === 'causal-lm' && !config.tied) list.weight('lm_head.weight', [vocabularySize, hiddenSize]);
    if (task === 'sequence-classification')
      list.presence('replaceable').linear('score', hiddenSize, labels, false);
    return list.table;
  },
  declareInputs: (builder, { rows, packed }) => declareTokens(builder, rows, packed),
  forward: ({ builder, config, head, purpose, layout }) => {
    const inference = purpose === 'inference';
    const context = wholeContext(layout);
    const hidden = decode(builder, config, inference ? 'standard' : 'fused', context);
    return decoderHead(builder, head, hidden, {
      layout,
      width: config.hiddenSize,
      vocabularySize: config.vocabularySize,
      output: outputOf(config),
      inference,
    });
  },
  decoding: {
    cacheShape: ({ layers, keyValueHeads, headWidth }) => ({
      layers,
      heads: keyValueHeads,
      width: headWidth,
    }),
    decoder: ({ builder, config, context }) => decode(builder, config, 'fused', context),
    output: ({ builder, config, states }) => project(builder, states, outputOf(config)),
  },
  depthOf: ({ layers }, name) => {
    if (name === WORDS) return 0;
    return name.startsWith('model.layers.') ? Number(name.split('.')[2]) + 1 : layers + 1;
  },
};
