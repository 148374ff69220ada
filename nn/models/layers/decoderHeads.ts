import { NnError } from '../../errors.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { Head } from '../family.js';
import type { Layout } from './layout.js';
import { project } from './linear.js';
import { perToken } from './tokens.js';

export interface DecoderHeadOptions {
  readonly layout: Layout;
  readonly width: number;
  readonly vocabularySize: number;
  /** Name of the output projection [vocabulary, width]. */
  readonly output: string;
  /** Whether to compute what only a served model shows. */
  readonly inference: boolean;
}

/**
 * The outputs of a decoder-only model's task; see `Model`. `hidden` [batch*sequence, width] comes after the last norm. A
 * text's class is read from its last token.
 */
export function decoderHead(
  builder: GraphBuilder,
  { task }: Head,
  hidden: string,
  { layout, width, vocabularySize, output, inference }: DecoderHeadOptions,
): Record<string, string> {
  switch (task) {
    case 'causal-lm':
      return {
        logits: perToken(builder, project(builder, hidden, output), layout.shape.tokens, vocabularySize),
      };
    case 'sequence-classification': {
      const last = layout.lastTokens(hidden);
      const logits = project(builder, last, 'score.weight');
      if (!inference) return { logits };
      return { logits, embedding: layout.meanOfTokens(hidden, width) };
    }
    default:
      throw new NnError('BASE_MODEL_UNSUPPORTED', `a decoder has no head for ${task}`);
  }
}
