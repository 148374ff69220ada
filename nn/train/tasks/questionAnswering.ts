import { NnError } from '../../errors.js';
import { float32Data } from '../../tensor.js';
import { column, pick, tokenBatch } from './rows.js';
import { alone, requireLength, type TaskTraining } from './taskTraining.js';

/** The first and the last token of an answer inside the text; scored by the mean F1 of their tokens. */
export const questionAnswering: TaskTraining = {
  metric: 'spanF1',
  companions: alone,
  divisible: true,
  requireTarget: (example, index) => {
    requireLength(example, index, 2, 'ends of an answer');
    const [start, end] = [example.target[0]!, example.target[1]!];
    if (start >= 0 && start <= end && end < example.ids.length) return;
    throw new NnError(
      'LABEL_UNKNOWN',
      `the answer of example ${index} is from token ${start} to ${end} of ${example.ids.length}`,
    );
  },
  batch: ({ texts, targets }, indices, { rowSizes }) => {
    const { feeds, ...tokens } = tokenBatch(pick(texts, indices), rowSizes);
    const ends = pick(targets, indices);
    return {
      ...tokens,
      feeds: { ...feeds, start_positions: column(ends, 0), end_positions: column(ends, 1) },
      weight: indices.length,
    };
  },
  outputs: ['start_logits', 'end_logits'],
  score: ({ texts, targets }) => {
    let sum = 0;
    return {
      add: ({ indices, outputs }) => {
        const starts = outputs['start_logits']!;
        const width = starts.dims[1]!;
        indices.forEach((index, row) => {
          const from = row * width;
          const to = from + texts[index]!.length;
          const found = bestSpan(
            float32Data(starts).subarray(from, to),
            float32Data(outputs['end_logits']!).subarray(from, to),
          );
          sum += spanF1(found, targets[index] as ArrayLike<number>);
        });
      },
      value: () => sum / targets.length,
    };
  },
};

/** The span whose two scores are the highest together; it does not end before it starts. */
function bestSpan(starts: Float32Array, ends: Float32Array): [number, number] {
  let best: [number, number] = [0, 0];
  let bestScore = Number.NEGATIVE_INFINITY;
  let start = 0;
  ends.forEach((score, end) => {
    if (starts[end]! > starts[start]!) start = end;
    if (starts[start]! + score <= bestScore) return;
    bestScore = starts[start]! + score;
    best = [start, end];
  });
  return best;
}

function spanF1([start, end]: readonly [number, number], target: ArrayLike<number>): number {
  const shared = Math.min(end, target[1]!) - Math.max(start, target[0]!) + 1;
  if (shared <= 0) return 0;
  return (2 * shared) / (end - start + 1 + (target[1]! - target[0]! + 1));
}
