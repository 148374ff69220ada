import type { ClassificationMetrics } from '../../../contracts/index.js';
import { type BootstrapContext, type BootstrapOptions, bootstrapTally } from './bootstrap.js';
import { confusionOf, type Judgement, rowsOf, supportOf } from './judged.js';
import { accuracyOf, f1Of, macroF1Of, precisionOf, recallOf, totalsOf } from './tally.js';

const PER_CLASS = [precisionOf, recallOf, f1Of] as const;

/** All figures of one model on one split, each with its bootstrap interval. @throws as bootstrap */
export const classificationMetrics = async (
  ctx: BootstrapContext,
  judged: Judgement,
  options: BootstrapOptions,
): Promise<ClassificationMetrics> => {
  const { labels } = judged;
  const [accuracy, macroF1, precision, recall, f1, ...perClass] = await bootstrapTally(
    ctx,
    judged,
    (tally) => [
      accuracyOf(tally),
      macroF1Of(tally),
      ...totalsOf(tally),
      ...labels.flatMap((_, label) => PER_CLASS.map((figure) => figure(tally, label))),
    ],
    options,
  );
  const support = supportOf(judged);
  return {
    rows: rowsOf(judged),
    accuracy: accuracy!,
    macroF1: macroF1!,
    ...(!('truth' in judged) && { entities: { precision: precision!, recall: recall!, f1: f1! } }),
    classes: labels.map((label, index) => {
      const [precision, recall, f1] = perClass.slice(index * PER_CLASS.length);
      return {
        label,
        support: support[index]!,
        precision: precision!,
        recall: recall!,
        f1: f1!,
      };
    }),
    confusion: confusionOf(judged),
  };
};
