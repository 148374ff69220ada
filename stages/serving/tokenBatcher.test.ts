import { describe, expect, it } from '@jest/globals';
import { Random } from '../../nn/index.js';
import { planRuns } from './planRuns.js';
import { createTokenBatcher } from './tokenBatcher.js';

const sequence = (length: number, mark: number) => new Int32Array(length).fill(mark);

/** Computes what identifies a row, `computeMs` after it was asked, and remembers the batches. */
const recordingRun = (computeMs = 5) => {
  const batches: number[][] = [];
  const run = async (sequences: readonly Int32Array[]) => {
    batches.push(sequences.map(({ length }) => length));
    await new Promise((resolve) => setTimeout(resolve, computeMs));
    return {
      probabilities: Float32Array.from(sequences.flatMap((ids) => [ids[0]!, ids.length])),
      embeddings: Float32Array.from(sequences.map((ids) => ids[0]!)),
    };
  };
  return { batches, run };
};

const OPTIONS = { maxBatchTokens: 100, maxQueueDelayMs: 2, queueTokensMax: 1000 };

describe('planning runs', () => {
  it('every sequence is in exactly one run, and no run of several exceeds the token budget', () => {
    const random = new Random(1);
    for (let round = 0; round < 100; round += 1) {
      const lengths = Array.from({ length: 1 + random.below(40) }, () => 2 + random.below(150));
      const runs = planRuns(lengths, 128);
      expect(runs.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
      for (const run of runs) {
        const longest = Math.max(...run.map((index) => lengths[index]!));
        expect(run.length === 1 || longest * run.length <= 128).toBe(true);
      }
    }
  });

  it('keeps like with like: one long text does not pad many short ones', () => {
    expect(planRuns([128, 8, 8, 8, 8], 2048)).toEqual([[0], [1, 2, 3, 4]]);
    expect(planRuns([9, 10, 8, 11], 2048)).toEqual([[3, 1, 0, 2]]);
  });
});

describe('dynamic batching', () => {
  it('requests that arrive together share runs, and each gets its own rows', async () => {
    const { batches, run } = recordingRun();
    const batcher = createTokenBatcher(run, OPTIONS);
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, mark) => batcher.submit([sequence(10, mark), sequence(10, mark + 100)])),
    );
    expect(batches.length).toBeLessThan(10);
    answers.forEach((rows, mark) => {
      expect(rows.map(({ embedding }) => embedding[0])).toEqual([mark, mark + 100]);
      expect(rows.map(({ probabilities }) => [...probabilities])).toEqual([
        [mark, 10],
        [mark + 100, 10],
      ]);
    });
  });

  it('a request larger than a batch is split', async () => {
    const { batches, run } = recordingRun();
    const rows = await createTokenBatcher(run, OPTIONS).submit(
      Array.from({ length: 25 }, (_, mark) => sequence(20, mark)),
    );
    expect(rows.map(({ embedding }) => embedding[0])).toEqual([...Array(25).keys()]);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(5);
  });

  it('a full queue sends callers away with a time to come back, and takes them again later', async () => {
    const { run } = recordingRun(10);
    const batcher = createTokenBatcher(run, { ...OPTIONS, queueTokensMax: 150 });
    const first = batcher.submit([sequence(100, 1)]);
    const waiting = batcher.submit([sequence(100, 2)]);
    await expect(batcher.submit([sequence(100, 3)])).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfterSeconds: 1 },
    });
    await Promise.all([first, waiting]);
    await expect(batcher.submit([sequence(100, 3)])).resolves.toHaveLength(1);
  });

  it('a failing run fails its own requests only', async () => {
    const { run } = recordingRun();
    const batcher = createTokenBatcher(
      (sequences) =>
        sequences.some((ids) => ids[0] === 13) ? Promise.reject(new Error('bad')) : run(sequences),
      { ...OPTIONS, maxBatchTokens: 10 },
    );
    const results = await Promise.allSettled([13, 14].map((mark) => batcher.submit([sequence(10, mark)])));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
