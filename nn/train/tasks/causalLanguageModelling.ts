import { NnError } from '../../errors.js';
import { requireWritable } from './requireWritable.js';
import { countLabels, labelRows, pick, tokenBatch } from './rows.js';
import { alone, NEGATIVE_LOSS, requireLength, type TaskTraining } from './taskTraining.js';

/** Each token from those before it. */
export const causalLanguageModelling: TaskTraining = {
  ...NEGATIVE_LOSS,
  companions: alone,
  divisible: true,
  requireTarget: (example, index, model) => {
    if (example.target.length > 0) {
      requireLength(example, index, example.ids.length, 'tokens of the text');
      requireWritable(example, index, model);
    }
    if (countLabels([countedLabels(example.ids, example.target)]) > 0) return;
    throw new NnError('SHAPE_MISMATCH', `example ${index} has no token that follows another and counts`);
  },
  batch: ({ texts, targets }, indices, { loss, rowSizes }) => {
    const ids = pick(texts, indices);
    const { feeds, ...tokens } = tokenBatch(ids, rowSizes);
    const labels = pick(targets, indices).map((target, at) => (target.length === 0 ? ids[at]! : target));
    const counted = labels.map((row, at) => countedLabels(ids[at]!, row));
    return {
      ...tokens,
      feeds: { ...feeds, labels: labelRows(labels, rowSizes) },
      weight: countLabels(counted, loss),
    };
  },
};

/** The first token follows none. */
function countedLabels(ids: Int32Array, target: Int32Array): Int32Array {
  return (target.length === 0 ? ids : target).subarray(1);
}
