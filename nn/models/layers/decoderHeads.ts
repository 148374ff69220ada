import { NnError } from '../../errors.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { Head } from '../family.js';
import { project } from './linear.js';
import { type BatchShape, lastTokens, meanOfTokens, perToken } from './tokens.js';

export interface DecoderStates {
  /** [batch*sequence, width], after the last norm. */
  readonly hidden: string;
  /** attention_mask as float32 [batch, sequence]. */
  readonly mask: string;
  readonly shape: BatchShape;
}

export interface DecoderHeadOptions {
  readonly width: number;
  readonly vocabularySize: number;
  /** Name of the output projection [vocabulary, width]. */
  readonly output: string;
  /** Whether to compute what only a served model shows. */
  readonly inference: boolean;
}

/** The outputs of a decoder-only model's task; see `Model`. A text's class is read from its last token. */
export function decoderHead(
  builder: GraphBuilder,
  { task }: Head,
  { hidden, mask, shape }: DecoderStates,
  { width, vocabularySize, output, inference }: DecoderHeadOptions,
): Record<string, string> {
  switch (task) {
    case 'causal-lm':
      return { logits: perToken(builder, project(builder, hidden, output), shape.tokens, vocabularySize) };
    case 'sequence-classification': {
      const last = lastTokens(builder, hidden, mask, shape);
      const logits = project(builder, last, 'score.weight');
      if (!inference) return { logits };
      return { logits, embedding: meanOfTokens(builder, width, { hidden, mask, tokens: shape.tokens }) };
    }
    default:
      throw new NnError('BASE_MODEL_UNSUPPORTED', `a decoder has no head for ${task}`);
  }
}
