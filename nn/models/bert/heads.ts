import { NnError } from '../../errors.js';
import { int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { ForwardRequest } from '../family.js';
import { linear } from '../layers/linear.js';
import { unitRows } from '../layers/norms.js';
import { type BatchShape, batchShape, firstTokens, meanOfTokens, perToken } from '../layers/tokens.js';
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
  { builder, config, head, purpose }: ForwardRequest<BertConfig | RobertaConfig>,
  family: EncoderFamily,
): Record<string, string> {
  const shape = batchShape(builder);
  const inference = purpose === 'inference';
  const firstOnly = head.task === 'sequence-classification' && !inference;
  const { hidden, mask } = encode(builder, config, shape, {
    ...family,
    attention: inference ? 'standard' : 'fused',
    lastLayer: firstOnly ? 'first' : 'all',
  });
  const mean = () => meanOfTokens(builder, config.hiddenSize, { hidden, mask, tokens: shape.tokens });
  switch (head.task) {
    case 'sequence-classification':
      if (firstOnly) return { logits: family.classify(builder, hidden) };
      return { logits: family.classify(builder, firstTokens(builder, hidden, shape)), embedding: mean() };
    case 'token-classification': {
      const scores = linear(builder, hidden, 'classifier');
      const logits = perToken(builder, scores, shape.tokens, head.labels);
      return inference ? { logits, embedding: mean() } : { logits };
    }
    case 'question-answering':
      return span(builder, linear(builder, hidden, 'qa_outputs'), shape);
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
 * `transformers`; the embedding of padding learns by that here, which PyTorch's `padding_idx` prevents.
 */
function span(builder: GraphBuilder, scores: string, shape: BatchShape): Record<string, string> {
  const [starts, ends] = builder.emitAll(
    'Split-18',
    [perToken(builder, scores, shape.tokens, 2)],
    { axis: int(2), num_outputs: int(2) },
    [true, true],
  );
  const flat = (value: string) => builder.emit('Reshape-19', [value, shape.tokens]);
  return { start_logits: flat(starts!), end_logits: flat(ends!) };
}
