import type { Strategy, WritingOptions } from './options.js';
import { forbid } from './scores/forbid.js';
import { repetitionPenalty } from './scores/repetitionPenalty.js';
import { temperature } from './scores/temperature.js';
import { topK } from './scores/topK.js';
import { topP } from './scores/topP.js';

/** A row's tokens, of which the first `begun` were given. */
export interface Row {
  readonly ids: readonly number[];
  readonly begun: number;
}

/** What is asked of every text, whatever the strategy, in `transformers`' order. */
export function adjustScores(
  scores: Float32Array,
  { ids, begun }: Row,
  options: WritingOptions,
): Float32Array {
  const { repetitionPenalty: penalty = 1, minNewTokens = 0, stopIds = [] } = options;
  const penalised = penalty === 1 ? scores : repetitionPenalty(scores, ids, penalty);
  return ids.length - begun < minNewTokens ? forbid(penalised, stopIds) : penalised;
}

/** Narrows the choice before a token is drawn, in `transformers`' order. */
export function warpScores(
  scores: Float32Array,
  strategy: Extract<Strategy, { kind: 'sample' }>,
): Float32Array {
  let warped = scores;
  if (strategy.temperature !== undefined) warped = temperature(warped, strategy.temperature);
  if (strategy.topK !== undefined) warped = topK(warped, strategy.topK);
  if (strategy.topP !== undefined && strategy.topP < 1) warped = topP(warped, strategy.topP);
  return warped;
}
