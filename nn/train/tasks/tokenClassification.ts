import { NnError } from '../../errors.js';
import { IGNORED_LABEL } from '../../models/losses/crossEntropy.js';
import { float32Data } from '../../tensor.js';
import { EntityCounts } from '../entities.js';
import { argmaxRows } from '../softmax.js';
import { countLabels, labelRows, pick, tokenBatch } from './rows.js';
import { alone, requireLength, type TaskTraining } from './taskTraining.js';

/** A label for each token, such as BIO tags of entities; scored by the F1 of whole entities. */
export const tokenClassification: TaskTraining = {
  metric: 'entityF1',
  companions: alone,
  divisible: true,
  requireTarget: (example, index, { labels }) => {
    requireLength(example, index, example.ids.length, 'tokens of the text');
    const unknown = example.target.find(
      (label) => label !== IGNORED_LABEL && !(label >= 0 && label < labels.length),
    );
    if (unknown !== undefined) {
      throw new NnError(
        'LABEL_UNKNOWN',
        `example ${index} has a token with label ${unknown}; there are ${labels.length} labels`,
      );
    }
    if (countLabels([example.target]) > 0) return;
    throw new NnError('SHAPE_MISMATCH', `no token of example ${index} has a label that counts`);
  },
  batch: ({ texts, targets }, indices, { loss, rowSizes }) => {
    const { feeds, ...tokens } = tokenBatch(pick(texts, indices), rowSizes);
    const labels = pick(targets, indices);
    return {
      ...tokens,
      feeds: { ...feeds, labels: labelRows(labels, rowSizes) },
      weight: countLabels(labels, loss),
    };
  },
  outputs: ['logits'],
  score: ({ targets }, { labels }) => {
    const counts = new EntityCounts();
    return {
      add: ({ indices, outputs }) => {
        const logits = outputs['logits']!;
        const best = argmaxRows(float32Data(logits), labels.length);
        const width = logits.dims[1]!;
        indices.forEach((index, row) => {
          const target = targets[index]!;
          const counted = [...target.keys()].filter((at) => target[at] !== IGNORED_LABEL);
          counts.add(
            counted.map((at) => labels[target[at]!]!),
            counted.map((at) => labels[best[row * width + at]!]!),
          );
        });
      },
      value: () => counts.f1(),
    };
  },
};
