import type { GraphBuilder } from '../../ops/builder.js';
import type { ForwardRequest } from '../family.js';
import type { AttentionForm } from '../layers/attention.js';
import { type KeysAndValues, wholeContext } from '../layers/keyValueCache.js';
import type { Layout } from '../layers/layout.js';
import { project } from '../layers/linear.js';
import { relativeBias } from '../layers/relativeBias.js';
import type { Slots } from '../layers/slots.js';
import { perToken } from '../layers/tokens.js';
import type { T5Config } from '../types.js';
import { keysAndValues, type States, stack } from './stack.js';

export const WORDS = 'shared.weight';

/** Both stacks and the output projection. The decoder reads `decoder_input_ids`, in training the shifted `labels`. */
export function forward({
  builder,
  config,
  purpose,
  layout,
}: ForwardRequest<T5Config>): Record<string, string> {
  const form = purpose === 'inference' ? 'standard' : 'fused';
  const encoded = encode(builder, config, layout, form);
  const ids =
    purpose === 'training'
      ? layout.shiftRight('labels', { start: config.decoderStartId, padding: config.padId })
      : 'decoder_input_ids';
  const target = layout.beside(ids);
  const context = wholeContext(target);
  const bias = builder.emit('Add-14', [distance(builder, config, 'decoder', context.slots), context.bias()]);
  const memory = {
    of: (layer: number) => seen(builder, config, layer, encoded, form),
    bias: target.crossBias(layout),
  };
  const decoded = stack(
    builder,
    config,
    {
      name: 'decoder',
      layers: config.decoderLayers,
      hidden: embed(builder, config, ids),
      context,
      bias,
      memory,
    },
    form,
  );
  return {
    logits: perToken(builder, output(builder, config, decoded), context.shape.tokens, config.vocabularySize),
  };
}

/** The encoder over `input_ids`. */
export function encode(builder: GraphBuilder, config: T5Config, layout: Layout, form: AttentionForm): States {
  const context = wholeContext(layout);
  const bias = layout.bias();
  const hidden = stack(
    builder,
    config,
    {
      name: 'encoder',
      layers: config.layers,
      hidden: embed(builder, config, 'input_ids'),
      context,
      bias: builder.emit('Add-14', [distance(builder, config, 'encoder', context.slots), bias]),
    },
    form,
  );
  return { hidden, shape: context.shape };
}

/** What a decoder layer sees of the encoder. */
export function seen(
  builder: GraphBuilder,
  config: T5Config,
  layer: number,
  encoded: States,
  form: AttentionForm,
): KeysAndValues {
  return keysAndValues(builder, config, `decoder.block.${layer}.layer.1.EncDecAttention`, encoded, form);
}

/** Scores of the vocabulary, from the decoder's last states [rows, hidden]. */
export function output(builder: GraphBuilder, config: T5Config, states: string): string {
  const scale = config.scaleOutput ? config.hiddenSize ** -0.5 : 1;
  return project(builder, states, config.tied ? WORDS : 'lm_head.weight', { scale });
}

export function embed(builder: GraphBuilder, { hiddenSize }: T5Config, ids: string): string {
  return builder.emit('Reshape-19', [
    builder.emit('Gather-13', [WORDS, ids]),
    builder.indices([-1, hiddenSize]),
  ]);
}

/** The first block's table of distances serves every block of its stack. */
export function distance(
  builder: GraphBuilder,
  { buckets, maxDistance }: T5Config,
  name: 'encoder' | 'decoder',
  slots: Slots,
): string {
  const table = `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
  return relativeBias(builder, slots, { table, buckets, maxDistance, bidirectional: name === 'encoder' });
}
