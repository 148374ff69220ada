import { NnError } from '../../errors.js';
import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { ForwardRequest } from '../family.js';
import type { Layout } from '../layers/layout.js';
import { linear } from '../layers/linear.js';
import { unitRows } from '../layers/norms.js';
import { perToken } from '../layers/tokens.js';
import type { BertConfig, RobertaConfig } from '../types.js';
import { type EncoderOptions, encode } from './encoder.js';

/** What an encoder with heads does its own way. */
export interface EncoderFamily extends Pick<EncoderOptions, 'prefix' | 'positions'> {
  /** Class scores [batch, labels] from the first token's state [batch, hidden]. */
  readonly classify: (builder: GraphBuilder, firstToken: string) => string;
  /** Vocabulary scores [rows, vocabulary] from states [rows, hidden]. */
  readonly decode: (builder: GraphBuilder, hidden: string, epsilon: number) => string;
}

/** The outputs of an encoder's task; see `Model`. */
export function encoderForward(
  { builder, config, head, purpose, layout }: ForwardRequest<BertConfig | RobertaConfig>,
  family: EncoderFamily,
): Record<string, string> {
  const { shape } = layout;
  const inference = purpose === 'inference';
  const firstOnly = head.task === 'sequence-classification' && !inference;
  const hidden = encode(builder, config, layout, {
    ...family,
    attention: inference ? 'standard' : 'fused',
    lastLayer: firstOnly ? 'first' : 'all',
  });
  const mean = () => layout.meanOfTokens(hidden, config.hiddenSize);
  switch (head.task) {
    case 'sequence-classification':
      if (firstOnly) return { logits: family.classify(builder, hidden) };
      return { logits: family.classify(builder, layout.firstTokens(hidden)), embedding: mean() };
    case 'token-classification': {
      const scores = linear(builder, hidden, 'classifier');
      const logits = perToken(builder, scores, shape.tokens, head.labels);
      return inference ? { logits, embedding: mean() } : { logits };
    }
    case 'question-answering':
      return span(builder, linear(builder, hidden, 'qa_outputs'), layout);
    case 'masked-lm': {
      const rows = family.decode(builder, hidden, config.normEpsilon);
      return { logits: perToken(builder, rows, shape.tokens, config.vocabularySize) };
    }
    case 'sentence-embedding':
      return { embedding: unitRows(builder, mean()) };
    default:
      throw new NnError('BASE_MODEL_UNSUPPORTED', `an encoder has no head for ${head.task}`);
  }
}

/**
 * Scores of each token as the first and as the last of an answer, from [batch*sequence, 2]. Padding is scored too, as in
 * `transformers`; the embedding of padding learns by that here, which PyTorch's `padding_idx` prevents. Packed texts are scored without.
 */
function span(builder: GraphBuilder, scores: string, layout: Layout): Record<string, string> {
  const [starts, ends] = builder.emitAll(
    'Split-18',
    [perToken(builder, scores, layout.shape.tokens, 2)],
    { axis: int(2), num_outputs: int(2) },
    [true, true],
  );
  return { start_logits: layout.byText(starts!), end_logits: layout.byText(ends!) };
}
