import type { Family } from '../family.js';
import { decoderHead } from '../layers/decoderHeads.js';
import { wholeContext } from '../layers/keyValueCache.js';
import { project } from '../layers/linear.js';
import { declareTokens } from '../layers/tokens.js';
import { ParameterList } from '../parameters.js';
import type { Gpt2Config } from '../types.js';
import { readGpt2Config } from './config.js';
import { decode } from './decoder.js';

const WORDS = 'transformer.wte.weight';

function outputOf({ tied }: Gpt2Config): string {
  return tied ? WORDS : 'lm_head.weight';
}

/** GPT-2 (Radford et al., 2019) as in `transformers`, without dropout. */
export const gpt2: Family<Gpt2Config> = {
  tasks: {
    'causal-lm': 'GPT2LMHeadModel',
    'sequence-classification': 'GPT2ForSequenceClassification',
  },
  prefix: 'transformer.',
  readConfig: readGpt2Config,
  parameters: (config, { task, labels }) => {
    const { hiddenSize, intermediateSize, vocabularySize } = config;
    const list = new ParameterList();
    const conv1d = (name: string, from: number, to: number) =>
      list.weight(`${name}.weight`, [from, to]).bias(`${name}.bias`, to);
    list.weight(WORDS, [vocabularySize, hiddenSize]);
    list.weight('transformer.wpe.weight', [config.maxPositions, hiddenSize]);
    for (let layer = 0; layer < config.layers; layer += 1) {
      const at = `transformer.h.${layer}`;
      list.norm(`${at}.ln_1`, hiddenSize);
      conv1d(`${at}.attn.c_attn`, hiddenSize, 3 * hiddenSize);
      conv1d(`${at}.attn.c_proj`, hiddenSize, hiddenSize);
      list.norm(`${at}.ln_2`, hiddenSize);
      conv1d(`${at}.mlp.c_fc`, hiddenSize, intermediateSize);
      conv1d(`${at}.mlp.c_proj`, intermediateSize, hiddenSize);
    }
    list.norm('transformer.ln_f', hiddenSize);
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
    cacheShape: ({ layers, heads, hiddenSize }) => ({ layers, heads, width: hiddenSize / heads }),
    decoder: ({ builder, config, context }) => decode(builder, config, 'fused', context),
    output: ({ builder, config, states }) => project(builder, states, outputOf(config)),
  },
  depthOf: ({ layers }, name) => {
    if (name === WORDS || name === 'transformer.wpe.weight') return 0;
    return name.startsWith('transformer.h.') ? Number(name.split('.')[2]) + 1 : layers + 1;
  },
};
