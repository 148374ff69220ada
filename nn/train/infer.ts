import { NnError } from '../errors.js';
import type { Runner } from '../exec/runner.js';
import { float32Data, type Tensor } from '../tensor.js';
import { batchesByLength, lengthsOf, padBatch } from './batches.js';

export interface InferOptions {
  readonly batchSize: number;
  /** Outputs of shape [batch, n] to collect. */
  readonly outputs: readonly string[];
  /** Further inputs, such as weights. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a classifier over sequences in batches of similar length and returns each output with its rows in the order of
 * `sequences`. Throws CANCELLED within one batch of `signal`.
 */
export async function inferInOrder(
  runner: Runner,
  sequences: readonly Int32Array[],
  { batchSize, outputs, feeds = {}, signal }: InferOptions,
): Promise<Record<string, Float32Array>> {
  const collected: Record<string, Float32Array> = {};
  const fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  for (const indices of batchesByLength(lengthsOf(sequences), batchSize)) {
    throwIfCancelled(signal);
    const { inputIds, attentionMask } = padBatch(sequences, indices);
    const results = await runner.run(
      { input_ids: inputIds, attention_mask: attentionMask, ...feeds },
      fetches,
    );
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
