import type { GraphBuilder } from '../../ops/builder.js';
import type { DecoderRequest, DecodingRule } from '../family.js';
import { cacheName, type KeysAndValues } from '../layers/keyValueCache.js';
import { floatMask, paddingBias } from '../layers/masks.js';
import { PaddedLayout } from '../layers/paddedLayout.js';
import { declareTokens } from '../layers/tokens.js';
import type { T5Config } from '../types.js';
import { distance, embed, encode, output, seen } from './forward.js';
import { stack } from './stack.js';

const MASK = 'encoder_attention_mask';

/**
 * The encoder's keys and values are computed once. Like `transformers`, the decoder counts its padding into the
 * distance between tokens.
 */
export const decoding: DecodingRule<T5Config> = {
  cacheShape: ({ decoderLayers, heads, headWidth }) => ({ layers: decoderLayers, heads, width: headWidth }),
  startId: ({ decoderStartId }) => decoderStartId,
  encoder: ({ builder, config }) => {
    declareTokens(builder);
    const encoded = encode(builder, config, new PaddedLayout(builder), 'fused');
    const outputs: Record<string, string> = {};
    for (let layer = 0; layer < config.decoderLayers; layer += 1) {
      const { keys, values } = seen(builder, config, layer, encoded, 'fused');
      outputs[cacheName('cross', layer, 'keys')] = keys;
      outputs[cacheName('cross', layer, 'values')] = values;
    }
    return outputs;
  },
  decoder,
  output: ({ builder, config, states }) => output(builder, config, states),
};

function decoder({ builder, config, context }: DecoderRequest<T5Config>): string {
  builder.input(MASK, 'int64', ['batch', 'source']);
  const bias = builder.emit('Add-14', [distance(builder, config, 'decoder', context.slots), context.bias()]);
  const memory = {
    of: (layer: number) => declareCross(builder, config, layer),
    bias: paddingBias(builder, floatMask(builder, MASK)),
  };
  return stack(
    builder,
    config,
    {
      name: 'decoder',
      layers: config.decoderLayers,
      hidden: embed(builder, config, 'input_ids'),
      context,
      bias,
      memory,
    },
    'fused',
  );
}

function declareCross(builder: GraphBuilder, { heads, headWidth }: T5Config, layer: number): KeysAndValues {
  const declare = (part: keyof KeysAndValues) =>
    builder.input(cacheName('cross', layer, part), 'float32', ['batch', heads, 'source', headWidth]);
  return { keys: declare('keys'), values: declare('values') };
}
