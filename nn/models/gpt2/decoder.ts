import { int, text } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import {
  type AttentionForm,
  attention,
  BY_HEAD,
  headsShape,
  keyOrder,
  splitHeads,
} from '../layers/attention.js';
import type { Context } from '../layers/keyValueCache.js';
import { conv1d } from '../layers/linear.js';
import { layerNorm } from '../layers/norms.js';
import type { Gpt2Config } from '../types.js';

/**
 * GPT-2's decoder over `input_ids`: norms come before each part, and once after the last. Returns the last states,
 * [batch*sequence, hidden].
 */
export function decode(
  builder: GraphBuilder,
  config: Gpt2Config,
  form: AttentionForm,
  context: Context,
): string {
  const { hiddenSize, heads, normEpsilon } = config;
  const { shape } = context;
  const bias = context.bias();
  const headShape = { heads, width: hiddenSize / heads };
  const target = headsShape(builder, shape, headShape);
  let hidden = embed(builder, config, context.positions);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `transformer.h.${layer}`;
    const joint = conv1d(builder, layerNorm(builder, hidden, `${at}.ln_1`, normEpsilon), `${at}.attn.c_attn`);
    const [queries, keys, values] = builder.emitAll(
      'Split-18',
      [joint],
      { axis: int(1), num_outputs: int(3) },
      [true, true, true],
    );
    const own = {
      keys: splitHeads(builder, keys!, target, keyOrder(form)),
      values: splitHeads(builder, values!, target, BY_HEAD),
    };
    const operands = {
      queries: splitHeads(builder, queries!, target, BY_HEAD),
      ...context.join(layer, own),
      scale: scoreScale(config, headShape.width, layer),
      bias,
    };
    const attended = attention(builder, operands, headShape, form);
    const middle = builder.emit('Add-14', [conv1d(builder, attended, `${at}.attn.c_proj`), hidden]);
    const wide = conv1d(builder, layerNorm(builder, middle, `${at}.ln_2`, normEpsilon), `${at}.mlp.c_fc`);
    const turned = builder.emit('Gelu-20', [wide], { approximate: text('tanh') });
    hidden = builder.emit('Add-14', [middle, conv1d(builder, turned, `${at}.mlp.c_proj`)]);
  }
  return layerNorm(builder, hidden, 'transformer.ln_f', normEpsilon);
}

function embed(builder: GraphBuilder, { hiddenSize }: Gpt2Config, positions: string): string {
  const words = builder.emit('Gather-13', ['transformer.wte.weight', 'input_ids']);
  const places = builder.emit('Gather-13', ['transformer.wpe.weight', positions]);
  const sum = builder.emit('Add-14', [words, places]);
  return builder.emit('Reshape-19', [sum, builder.indices([-1, hiddenSize])]);
}

function scoreScale({ scaleScores, scaleByLayer }: Gpt2Config, width: number, layer: number): number {
  const scale = scaleScores ? 1 / Math.sqrt(width) : 1;
  return scaleByLayer ? scale / (layer + 1) : scale;
}
