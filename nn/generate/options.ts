import { NnError } from '../errors.js';

/** How each next token is chosen. */
export type Strategy =
  | { readonly kind: 'greedy' }
  | {
      readonly kind: 'sample';
      /** The same seed gives the same texts; each row of a batch has a stream of its own. */
      readonly seed: number;
      /** Default 1. */
      readonly temperature?: number;
      /** Tokens to choose from; default all. */
      readonly topK?: number;
      /** Probability that the tokens to choose from must have together; default 1. */
      readonly topP?: number;
    }
  | {
      readonly kind: 'beam';
      readonly beams: number;
      /** Scores are divided by length^penalty: above 0 longer texts gain. Default 1. */
      readonly lengthPenalty?: number;
      /**
       * `true` stops as soon as there are `beams` finished texts, `false` (default) when no better one is likely,
       * `never` when no better one is possible.
       */
      readonly earlyStopping?: boolean | 'never';
    };

/** What is written, as `transformers`' GenerationConfig has it. */
export interface WritingOptions {
  /** Most tokens to write of each text; it also ends where the model's positions do. */
  readonly maxNewTokens: number;
  /** Most tokens of each text with what it begins with, see `Decoding.begun`; default as many as the model has positions. */
  readonly maxLength?: number;
  /** Default greedy. */
  readonly strategy?: Strategy;
  /** Tokens that end a text; they count as written. */
  readonly stopIds?: readonly number[];
  /** Tokens before which a text cannot end. Default 0. */
  readonly minNewTokens?: number;
  /** Above 1 tokens that occurred, the prompt's included, are less likely to come again. Default 1. */
  readonly repetitionPenalty?: number;
  /** Ends the writing with CANCELLED, within one token. */
  readonly signal?: AbortSignal;
}

/** Throws REQUEST_INVALID for a value out of range. */
export function requireOptions(options: WritingOptions, vocabularySize: number): void {
  const { strategy = { kind: 'greedy' }, stopIds = [] } = options;
  requireWhole('maxNewTokens', options.maxNewTokens, 1);
  requireWhole('maxLength', options.maxLength ?? 1, 1);
  requireWhole('minNewTokens', options.minNewTokens ?? 0, 0);
  requirePositive('repetitionPenalty', options.repetitionPenalty ?? 1);
  for (const id of stopIds) requireWhole('stopIds', id, 0, vocabularySize - 1);
  if (strategy.kind === 'sample') {
    requirePositive('temperature', strategy.temperature ?? 1);
    requireWhole('topK', strategy.topK ?? 1, 1);
    requirePositive('topP', strategy.topP ?? 1, 1);
  }
  if (strategy.kind === 'beam') {
    // Twice as many candidates are kept as there are beams, and more with several stop tokens.
    requireWhole('beams', strategy.beams, 1, Math.floor(vocabularySize / Math.max(2, 1 + stopIds.length)));
    const { lengthPenalty = 1 } = strategy;
    if (!Number.isFinite(lengthPenalty)) throw outOfRange('lengthPenalty', lengthPenalty, 'a finite number');
  }
}

/** Tokens that a text that begins with `begun` may still get. Throws REQUEST_INVALID where that is none. */
export function roomAfter(begun: number, options: WritingOptions, maxPositions: number): number {
  const { maxNewTokens, maxLength = maxPositions } = options;
  const most = Math.min(maxLength, maxPositions);
  if (most > begun) return Math.min(maxNewTokens, most - begun);
  throw outOfRange('maxLength', most, `more than the ${begun} tokens that a text begins with`);
}

function requireWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw outOfRange(
    name,
    value,
    `a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`,
  );
}

function requirePositive(name: string, value: number, most = Number.MAX_VALUE): void {
  if (value > 0 && value <= most) return;
  throw outOfRange(name, value, most < Number.MAX_VALUE ? `above 0 and at most ${most}` : 'a number above 0');
}

function outOfRange(name: string, found: unknown, expected: string): NnError {
  return new NnError('REQUEST_INVALID', `${name} must be ${expected}, found ${String(found)}`, {
    details: { field: name, expected },
  });
}
