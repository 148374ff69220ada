import { Worker } from 'node:worker_threads';
import { packSequences } from '../train/packedSequences.js';
import { threadEntry } from '../train/threadEntry.js';
import { fromFailure } from '../train/threadProtocol.js';
import type { TokenScores } from './inferTokens.js';
import type { TokenJob, TokenReport } from './threadProtocol.js';

export interface TokenPredictionInput extends Omit<TokenJob, 'sequences'> {
  /** Token ids with special tokens. */
  readonly sequences: readonly Int32Array[];
}

export interface TokenPredictionHandle {
  /** In the order of the sequences. */
  readonly result: Promise<readonly TokenScores[]>;
  /** Stops within one batch; `result` then rejects with CANCELLED. */
  cancel(): void;
}

/** What a token classifier says of sequences, computed on a thread of its own. `input` is copied and stays usable. */
export function startTokenPrediction({ sequences, ...rest }: TokenPredictionInput): TokenPredictionHandle {
  const worker = new Worker(threadEntry(import.meta.url, 'thread.js'));
  const result = new Promise<readonly TokenScores[]>((resolve, reject) => {
    worker.on('message', (report: TokenReport) => {
      if (report.type === 'result') resolve(report.scores);
      else reject(fromFailure(report.failure));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the thread ended with code ${code} and no result`)));
  });
  const job: TokenJob = { ...rest, sequences: packSequences(sequences) };
  worker.postMessage(job);
  return { result, cancel: () => worker.postMessage('cancel') };
}
