import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { BertConfig } from '../types.js';
import { linear } from './layers.js';

/** Classification scores from the first token's state [batch, hidden]: pooler, tanh, linear. */
export function classify(builder: GraphBuilder, firstToken: string): string {
  const pooled = builder.emit('Tanh-13', [linear(builder, firstToken, 'bert.pooler.dense')]);
  return linear(builder, pooled, 'classifier');
}

/** The mean of the hidden states [batch*sequence, hidden] over real tokens, [batch, hidden]. */
export function meanOfTokens(
  builder: GraphBuilder,
  config: BertConfig,
  { hidden, mask, tokens }: { hidden: string; mask: string; tokens: string },
): string {
  const width = builder.indices([config.hiddenSize]);
  const target = builder.emit('Concat-13', [tokens, width], { axis: int(0) });
  const states = builder.emit('Reshape-19', [hidden, target]);
  const weights = builder.emit('Unsqueeze-13', [mask, builder.indices([1])]);
  const sum = builder.emit('MatMul-13', [weights, states]);
  const count = builder.emit('ReduceSum-13', [weights, builder.indices([2])]);
  const mean = builder.emit('Div-14', [sum, builder.emit('Max-13', [count, builder.scalar(1e-9)])]);
  return builder.emit('Reshape-19', [mean, builder.indices([-1, config.hiddenSize])]);
}
