import type { HeadShape } from './attention.js';
import type { ShiftOptions } from './shift.js';
import type { Slots } from './slots.js';
import type { BatchShape } from './tokens.js';

/**
 * How the texts of a batch lie in its rows of tokens: it decides what a token may see and where a text is read out. The
 * methods emit what they return.
 */
export interface Layout {
  readonly shape: BatchShape;
  /** Places in a row, whatever lies there. */
  readonly slots: Slots;
  /** Place of each token in its text, int64 [sequence] or [batch, sequence]. */
  positions(): string;
  /** Of the tokens up to each one in its text, how many `marked` has as 1: both int64 [batch, sequence]. */
  countUpTo(marked: string): string;
  /** Added to the scores of tokens that see all of their text, broadcast to [batch, heads, sequence, sequence]. */
  bias(): string;
  /** The same for tokens that see none after them. */
  causalBias(): string;
  /** Added to the scores of tokens with this layout that read the texts of `source`. */
  crossBias(source: Layout): string;
  /** One value of each text, int64 [texts], to count them by. */
  texts(): string;
  /** The label of each token's next one, int64 [batch, sequence]; the last token's of a text does not count. */
  shiftLeft(labels: string): string;
  /** What a decoder reads to predict `labels`, int64 [batch, target]. */
  shiftRight(labels: string, ends: ShiftOptions): string;
  /** Of the texts that a decoder writes for these; `ids` are its tokens, int64 [batch, target]. */
  beside(ids: string): Layout;
  /** The states of the first tokens, [texts, hidden], from those of all, [batch*sequence, hidden]. */
  firstTokens(hidden: string): string;
  /** The same for the last tokens. */
  lastTokens(hidden: string): string;
  /** The means of each text's states, [texts, width], from [batch*sequence, width]. */
  meanOfTokens(hidden: string, width: number): string;
  /** How the first tokens alone see all of their texts. */
  firstTokenScope(heads: HeadShape): AttentionScope;
  /** Scores of tokens, [batch, sequence, 1], by text and place in it: [texts, sequence]. */
  byText(scores: string): string;
}

/** Which queries meet which keys. */
export interface AttentionScope {
  /** Run-time shape [.., queries of each, heads, width]. */
  readonly queryShape: string;
  /** Run-time shape of keys and values, likewise. */
  readonly keyShape: string;
  /** Added to the scores. */
  readonly bias: string;
}
