import type { ClassificationMetrics } from '../../../contracts/index.js';
import { type BootstrapContext, type BootstrapOptions, bootstrapTally } from './bootstrap.js';
import { confusionOf, type Judged } from './judged.js';
import { accuracyOf, f1Of, macroF1Of, precisionOf, recallOf } from './tally.js';

const PER_CLASS = [precisionOf, recallOf, f1Of] as const;

/** All figures of one model on one split, each with its bootstrap interval. @throws as bootstrap */
export const classificationMetrics = async (
  ctx: BootstrapContext,
  judged: Judged,
  options: BootstrapOptions,
): Promise<ClassificationMetrics> => {
  const { labels } = judged;
  const [accuracy, macroF1, ...perClass] = await bootstrapTally(
    ctx,
    judged,
    (tally) => [
      accuracyOf(tally),
      macroF1Of(tally),
      ...labels.flatMap((_, label) => PER_CLASS.map((figure) => figure(tally, label))),
    ],
    options,
  );
  const confusion = confusionOf(judged);
  return {
    rows: judged.truth.length,
    accuracy: accuracy!,
    macroF1: macroF1!,
    classes: labels.map((label, index) => {
      const [precision, recall, f1] = perClass.slice(index * PER_CLASS.length);
      return {
        label,
        support: confusion[index]!.reduce((sum, count) => sum + count, 0),
        precision: precision!,
        recall: recall!,
        f1: f1!,
      };
    }),
    confusion,
  };
};
