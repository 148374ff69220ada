import type { LoadableModel, Provider } from '../exec/runner.js';
import type { PackedSequences } from '../train/packedSequences.js';
import type { Failure } from '../train/threadProtocol.js';
import type { TokenScores } from './inferTokens.js';

/** The first message to the thread; `cancel` may follow. */
export interface TokenJob {
  readonly model: LoadableModel;
  readonly sequences: PackedSequences;
  readonly batchSize: number;
  readonly threads: number;
  readonly providers?: readonly Provider[];
}

/** The one message from the thread. */
export type TokenReport =
  | { readonly type: 'result'; readonly scores: readonly TokenScores[] }
  | { readonly type: 'failure'; readonly failure: Failure };
