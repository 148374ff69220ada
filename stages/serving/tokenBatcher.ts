import { plumblineError } from '../../contracts/index.js';
import type { EngineOutput } from './engine/protocol.js';
import { planRuns } from './planRuns.js';

export interface BatcherOptions {
  /** Most tokens of a run, padding included. */
  readonly maxBatchTokens: number;
  /** Longest time a text waits for company while the model is idle. */
  readonly maxQueueDelayMs: number;
  /** Tokens that may wait; beyond it callers are told to come back. A request finds an empty queue open. */
  readonly queueTokensMax: number;
  readonly onRun?: (run: { rows: number; tokens: number; paddedTokens: number; seconds: number }) => void;
  readonly onQueue?: (rows: number) => void;
}

export interface RowOutput {
  readonly probabilities: Float32Array;
  readonly embedding: Float32Array;
}

export interface TokenBatcher {
  /** @throws OVERLOADED, and what the model throws */
  submit(sequences: readonly Int32Array[]): Promise<RowOutput[]>;
}

interface Waiting {
  readonly ids: Int32Array;
  readonly sinceMs: number;
  resolve(output: RowOutput): void;
  reject(error: unknown): void;
}

/**
 * Dynamic batching: texts of different requests share runs. While the model computes, texts gather; an idle model
 * waits `maxQueueDelayMs` for more, unless a full batch is there. The oldest texts go first, as many as
 * `maxBatchTokens` hold, arranged in runs with little padding.
 */
export const createTokenBatcher = (
  run: (sequences: readonly Int32Array[]) => Promise<EngineOutput>,
  { maxBatchTokens, maxQueueDelayMs, queueTokensMax, onRun, onQueue }: BatcherOptions,
): TokenBatcher => {
  let queue: Waiting[] = [];
  let queuedTokens = 0;
  let busy = false;
  let timer: NodeJS.Timeout | null = null;
  // A cautious first guess; replaced by what is measured.
  let tokensPerSecond = 2000;

  const take = (): Waiting[] => {
    let tokens = 0;
    let count = 0;
    while (count < queue.length) {
      const next = queue[count]!.ids.length;
      if (count > 0 && tokens + next > maxBatchTokens) break;
      tokens += next;
      count += 1;
    }
    const taken = queue.slice(0, count);
    queue = queue.slice(count);
    queuedTokens -= tokens;
    onQueue?.(queue.length);
    return taken;
  };

  const runTogether = async (members: readonly Waiting[]): Promise<void> => {
    const startedMs = performance.now();
    try {
      const output = await run(members.map(({ ids }) => ids));
      const alike = output.probabilities.length / members.length;
      const hidden = output.embeddings.length / members.length;
      const seconds = (performance.now() - startedMs) / 1000;
      const tokens = members.reduce((sum, { ids }) => sum + ids.length, 0);
      const paddedTokens = members.length * members.reduce((most, { ids }) => Math.max(most, ids.length), 0);
      tokensPerSecond = 0.8 * tokensPerSecond + (0.2 * tokens) / Math.max(seconds, 1e-4);
      onRun?.({ rows: members.length, tokens, paddedTokens, seconds });
      let start = 0;
      members.forEach((member, row) => {
        const end = start + (output.sizes?.[row] ?? alike);
        member.resolve({
          probabilities: output.probabilities.slice(start, end),
          embedding: output.embeddings.slice(row * hidden, (row + 1) * hidden),
        });
        start = end;
      });
    } catch (error) {
      for (const member of members) member.reject(error);
    }
  };

  const flush = async (): Promise<void> => {
    busy = true;
    const taken = take();
    const lengths = taken.map(({ ids }) => ids.length);
    for (const indices of planRuns(lengths, maxBatchTokens))
      await runTogether(indices.map((index) => taken[index]!));
    busy = false;
    pump();
  };

  const pump = (): void => {
    const oldest = queue[0];
    if (busy || oldest === undefined) return;
    const waitMs = oldest.sinceMs + maxQueueDelayMs - performance.now();
    if (waitMs > 0 && queuedTokens < maxBatchTokens) {
      timer ??= setTimeout(() => {
        timer = null;
        pump();
      }, waitMs);
      return;
    }
    if (timer !== null) clearTimeout(timer);
    timer = null;
    void flush();
  };

  return {
    submit(sequences) {
      const tokens = sequences.reduce((sum, ids) => sum + ids.length, 0);
      if (queue.length > 0 && queuedTokens + tokens > queueTokensMax) {
        const retryAfterSeconds = Math.ceil(queuedTokens / tokensPerSecond);
        return Promise.reject(
          plumblineError('OVERLOADED', `${queue.length} texts are waiting already`, {
            details: { waiting: queue.length, retryAfterSeconds },
          }),
        );
      }
      const sinceMs = performance.now();
      const rows = sequences.map(
        (ids) =>
          new Promise<RowOutput>((resolve, reject) => {
            queue.push({ ids, sinceMs, resolve, reject });
          }),
      );
      queuedTokens += tokens;
      onQueue?.(queue.length);
      pump();
      return Promise.all(rows);
    },
  };
};
