import { NnError } from '../../errors.js';
import { float32Data } from '../../tensor.js';
import { macroF1 } from '../macroF1.js';
import { argmaxRows } from '../softmax.js';
import { column, countLabels, pick, tokenBatch } from './rows.js';
import { alone, requireLength, type TaskTraining } from './taskTraining.js';

/** One label a text; scored by macro-F1. */
export const sequenceClassification: TaskTraining = {
  metric: 'macroF1',
  companions: alone,
  divisible: true,
  requireTarget: (example, index, { labels }) => {
    requireLength(example, index, 1, 'labels of a text');
    const label = example.target[0]!;
    if (label >= 0 && label < labels.length) return;
    throw new NnError(
      'LABEL_UNKNOWN',
      `example ${index} has label ${label}; there are ${labels.length} labels`,
    );
  },
  batch: ({ texts, targets }, indices, { loss, rowSizes }) => {
    const { feeds, ...tokens } = tokenBatch(pick(texts, indices), rowSizes);
    const labels = pick(targets, indices);
    return {
      ...tokens,
      feeds: { ...feeds, labels: column(labels, 0) },
      weight: countLabels(labels, loss),
    };
  },
  outputs: ['logits'],
  score: ({ targets }, { labels }) => {
    const predicted = new Int32Array(targets.length);
    return {
      add: ({ indices, outputs }) => {
        const best = argmaxRows(float32Data(outputs['logits']!), labels.length);
        indices.forEach((index, row) => {
          predicted[index] = best[row]!;
        });
      },
      value: () =>
        macroF1(
          Int32Array.from(targets, (target) => target[0]!),
          predicted,
        ),
    };
  },
};
