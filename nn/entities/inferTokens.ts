import type { Runner } from '../exec/runner.js';
import { float32Data } from '../tensor.js';
import { batchesByLength } from '../train/batches.js';
import { throwIfCancelled } from '../train/infer.js';
import { softmaxRows } from '../train/softmax.js';
import { pick, tokenBatch } from '../train/tasks/rows.js';

/** What a token classifier says of one sequence. */
export interface TokenScores {
  /** [tokens, classes], row-major; each row sums to 1. */
  readonly probabilities: Float32Array;
  /** [hidden] */
  readonly embedding: Float32Array;
}

/**
 * Runs a token classifier over sequences in batches of similar length; results in the order of `sequences`. Throws CANCELLED
 * within one batch of `signal`.
 */
export async function inferTokens(
  runner: Runner,
  sequences: readonly Int32Array[],
  { batchSize, signal }: { readonly batchSize: number; readonly signal?: AbortSignal | undefined },
): Promise<TokenScores[]> {
  const scores = new Array<TokenScores>(sequences.length);
  const lengths = Int32Array.from(sequences, ({ length }) => length);
  for (const indices of batchesByLength(lengths, batchSize)) {
    throwIfCancelled(signal);
    const { feeds } = tokenBatch(pick(sequences, indices), null);
    const { logits, embedding } = await runner.run(feeds, { logits: null, embedding: null });
    const [, longest = 0, classes = 0] = logits!.dims;
    const rows = float32Data(logits!);
    const means = float32Data(embedding!);
    const hidden = means.length / indices.length;
    indices.forEach((index, row) => {
      const start = row * longest * classes;
      scores[index] = {
        probabilities: softmaxRows(rows.subarray(start, start + sequences[index]!.length * classes), classes),
        embedding: means.slice(row * hidden, (row + 1) * hidden),
      };
    });
  }
  return scores;
}
