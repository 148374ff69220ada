import { Random } from '../../random.js';
import { type MaskedText, maskTokens } from './masking.js';
import { countLabels, labelRows, tokenBatch } from './rows.js';
import { alone, type BatchDraw, NEGATIVE_LOSS, requireLength, type TaskTraining } from './taskTraining.js';

/** Further than any epoch, so that an evaluation draws masks of its own, the same each time. */
const EVALUATION_EPOCH = 0xffff;

/** Hidden tokens of a text, drawn anew in each epoch as RoBERTa does (Liu et al. 2019). */
export const maskedLanguageModelling: TaskTraining = {
  ...NEGATIVE_LOSS,
  companions: alone,
  divisible: true,
  requireTarget: (example, index) => requireLength(example, index, 0, 'targets of masked-lm'),
  batch: ({ texts }, indices, draw) => {
    const masked = Array.from(indices, (index) => maskText(texts[index]!, index, draw));
    const { feeds, ...tokens } = tokenBatch(
      masked.map(({ ids }) => ids),
      draw.rowSizes,
    );
    const labels = masked.map((text) => text.labels);
    return {
      ...tokens,
      feeds: { ...feeds, labels: labelRows(labels, draw.rowSizes) },
      weight: countLabels(labels, draw.loss),
    };
  },
};

/** A session has verified that there is a masking. */
function maskText(ids: Int32Array, index: number, { masking, model, seed, epoch }: BatchDraw): MaskedText {
  const random = new Random((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0, epoch ?? EVALUATION_EPOCH);
  return maskTokens(ids, masking!, model.config.vocabularySize, random);
}
