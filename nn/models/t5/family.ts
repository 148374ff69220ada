import type { Family } from '../family.js';
import { declareTokens } from '../layers/tokens.js';
import { ParameterList } from '../parameters.js';
import type { T5Config } from '../types.js';
import { readT5Config } from './config.js';
import { decoding } from './decoding.js';
import { forward, WORDS } from './forward.js';

/** T5 and T5 1.1 (Raffel et al., 2020; Shazeer, 2020) as in `transformers`, without dropout. */
export const t5: Family<T5Config> = {
  tasks: { 'seq2seq-lm': 'T5ForConditionalGeneration' },
  prefix: '',
  readConfig: readT5Config,
  parameters: (config) => {
    const list = new ParameterList().weight(WORDS, [config.vocabularySize, config.hiddenSize]);
    addStack(list, config, 'encoder', config.layers);
    addStack(list, config, 'decoder', config.decoderLayers);
    if (!config.tied) list.weight('lm_head.weight', [config.vocabularySize, config.hiddenSize]);
    return list.table;
  },
  declareInputs: (builder, { purpose, rows, packed }) => {
    declareTokens(builder, rows, packed);
    if (packed) builder.input('decoder_segment_ids', 'int64', [rows, 'target']);
    if (purpose !== 'training') builder.input('decoder_input_ids', 'int64', [rows, 'target']);
  },
  forward,
  decoding,
  depthOf: ({ layers, decoderLayers }, name) => {
    if (name === WORDS) return 0;
    const block = /^(?:en|de)coder\.block\.(\d+)\./.exec(name)?.[1];
    return block === undefined ? Math.max(layers, decoderLayers) + 1 : Number(block) + 1;
  },
};

function addStack(list: ParameterList, config: T5Config, name: 'encoder' | 'decoder', layers: number): void {
  const { hiddenSize, intermediateSize, heads, headWidth } = config;
  const inner = heads * headWidth;
  const attention = (at: string) => {
    for (const part of ['q', 'k', 'v']) list.linear(`${at}.${part}`, hiddenSize, inner, false);
    list.linear(`${at}.o`, inner, hiddenSize, false);
  };
  for (let layer = 0; layer < layers; layer += 1) {
    const block = `${name}.block.${layer}.layer`;
    attention(`${block}.0.SelfAttention`);
    if (layer === 0) {
      const table = `${block}.0.SelfAttention.relative_attention_bias.weight`;
      list.weight(table, [config.buckets, heads]);
    }
    list.gain(`${block}.0.layer_norm`, hiddenSize);
    if (name === 'decoder') {
      attention(`${block}.1.EncDecAttention`);
      list.gain(`${block}.1.layer_norm`, hiddenSize);
    }
    const last = `${block}.${name === 'decoder' ? 2 : 1}`;
    for (const part of config.feedForward === 'relu' ? ['wi'] : ['wi_0', 'wi_1'])
      list.linear(`${last}.DenseReluDense.${part}`, hiddenSize, intermediateSize, false);
    list.linear(`${last}.DenseReluDense.wo`, intermediateSize, hiddenSize, false);
    list.gain(`${last}.layer_norm`, hiddenSize);
  }
  list.gain(`${name}.final_layer_norm`, hiddenSize);
}
