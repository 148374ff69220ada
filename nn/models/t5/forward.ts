import type { GraphBuilder } from '../../ops/builder.js';
import type { ForwardRequest } from '../family.js';
import { project } from '../layers/linear.js';
import { causalBias, floatMask, paddingBias } from '../layers/masks.js';
import { relativeBias } from '../layers/relativeBias.js';
import { shiftRight } from '../layers/shift.js';
import { batchShape, perToken } from '../layers/tokens.js';
import type { T5Config } from '../types.js';
import { stack } from './stack.js';

export const WORDS = 'shared.weight';

/** Both stacks and the output projection. The decoder reads `decoder_input_ids`, in training the shifted `labels`. */
export function forward({ builder, config, purpose }: ForwardRequest<T5Config>): Record<string, string> {
  const form = purpose === 'inference' ? 'standard' : 'fused';
  const shape = batchShape(builder);
  const padding = paddingBias(builder, floatMask(builder));
  const encoded = stack(
    builder,
    config,
    {
      name: 'encoder',
      layers: config.layers,
      hidden: embed(builder, config, 'input_ids'),
      shape,
      bias: builder.emit('Add-14', [distance(builder, config, 'encoder', shape.sequence), padding]),
    },
    form,
  );
  const ids =
    purpose === 'training'
      ? shiftRight(builder, 'labels', { start: config.decoderStartId, padding: config.padId })
      : 'decoder_input_ids';
  const target = batchShape(builder, ids);
  const decoded = stack(
    builder,
    config,
    {
      name: 'decoder',
      layers: config.decoderLayers,
      hidden: embed(builder, config, ids),
      shape: target,
      bias: builder.emit('Add-14', [
        distance(builder, config, 'decoder', target.sequence),
        causalBias(builder, target.sequence),
      ]),
      memory: { hidden: encoded, shape, bias: padding },
    },
    form,
  );
  const scale = config.scaleOutput ? config.hiddenSize ** -0.5 : 1;
  const rows = project(builder, decoded, config.tied ? WORDS : 'lm_head.weight', { scale });
  return { logits: perToken(builder, rows, target.tokens, config.vocabularySize) };
}

function embed(builder: GraphBuilder, { hiddenSize }: T5Config, ids: string): string {
  return builder.emit('Reshape-19', [
    builder.emit('Gather-13', [WORDS, ids]),
    builder.indices([-1, hiddenSize]),
  ]);
}

/** The first block's table of distances serves every block of its stack. */
function distance(
  builder: GraphBuilder,
  { buckets, maxDistance }: T5Config,
  name: 'encoder' | 'decoder',
  sequence: string,
): string {
  const table = `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
  return relativeBias(builder, sequence, { table, buckets, maxDistance, bidirectional: name === 'encoder' });
}
