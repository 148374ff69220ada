import { NnError } from '../errors.js';
import type { Runner } from '../exec/runner.js';
import { float32Data } from '../tensor.js';
import { batchesByLength } from './batches.js';
import { pick, tokenBatch } from './tasks/rows.js';

export interface InferOptions {
  readonly batchSize: number;
  /** Outputs of shape [batch, n] to collect. */
  readonly outputs: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a classifier over sequences in batches of similar length and returns each output with its rows in the order of
 * `sequences`. Throws CANCELLED within one batch of `signal`.
 */
export async function inferInOrder(
  runner: Runner,
  sequences: readonly Int32Array[],
  { batchSize, outputs, signal }: InferOptions,
): Promise<Record<string, Float32Array>> {
  const collected: Record<string, Float32Array> = {};
  const fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  for (const indices of batchesByLength(
    Int32Array.from(sequences, ({ length }) => length),
    batchSize,
  )) {
    throwIfCancelled(signal);
    const { feeds } = tokenBatch(pick(sequences, indices), null);
    const results = await runner.run(feeds, fetches);
    for (const name of outputs) {
      const rows = float32Data(results[name]!);
      const width = rows.length / indices.length;
      collected[name] ??= new Float32Array(sequences.length * width);
      for (const [row, index] of indices.entries()) {
        collected[name].set(rows.subarray(row * width, (row + 1) * width), index * width);
      }
    }
  }
  for (const name of outputs) collected[name] ??= new Float32Array(0);
  return collected;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new NnError('CANCELLED', 'cancelled on request');
}
