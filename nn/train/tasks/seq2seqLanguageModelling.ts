import { NnError } from '../../errors.js';
import { segmentRows } from './packedRows.js';
import { requireWritable } from './requireWritable.js';
import { countLabels, labelRows, padRows, pick, tokenBatch } from './rows.js';
import { alone, NEGATIVE_LOSS, type TaskTraining } from './taskTraining.js';

/** A text written from another one. */
export const seq2seqLanguageModelling: TaskTraining = {
  ...NEGATIVE_LOSS,
  companions: alone,
  divisible: true,
  requireTarget: (example, index, model) => {
    requireWritable(example, index, model);
    if (countLabels([example.target]) > 0) return;
    throw new NnError('SHAPE_MISMATCH', `example ${index} has nothing to write`);
  },
  batch: ({ texts, targets }, indices, { loss, rowSizes }) => {
    const { feeds, realTokens, paddedTokens } = tokenBatch(pick(texts, indices), rowSizes);
    const written = pick(targets, indices);
    const labels = labelRows(written, rowSizes);
    const writtenTokens = written.reduce((sum, { length }) => sum + length, 0);
    return {
      feeds: {
        ...feeds,
        labels,
        ...(rowSizes && { decoder_segment_ids: padRows(segmentRows(written, rowSizes), 0) }),
      },
      realTokens: realTokens + writtenTokens,
      paddedTokens: paddedTokens + labels.data.length,
      weight: countLabels(written, loss),
    };
  },
};
