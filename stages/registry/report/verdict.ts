import type { LearningCurvePoint } from '../../../contracts/index.js';
import { count, figure, listed, percent, plural, range } from './format.js';

export interface VerdictSource {
  readonly learningCurve: readonly LearningCurvePoint[];
  readonly testRows: number;
  readonly confidence: number;
  /** Training rows of the dataset. */
  readonly trainRows: number;
  readonly majorityMacroF1: number;
}

const HEADLINES = {
  model: 'The fine-tuned model beats the linear baseline.',
  baseline: 'The linear baseline beats the fine-tuned model.',
  tie: 'The fine-tuned model and the linear baseline are level.',
} as const;

/** What won where, in sentences a reader who skips the rest can act on. */
export const verdict = (source: VerdictSource): { headline: string; sentences: string[] } => {
  const points = [...source.learningCurve].sort((a, b) => a.rows - b.rows);
  const full = points.at(-1)!;
  const fewer = points.slice(0, -1);
  const trained =
    full.rows === source.trainRows ? `all ${count(full.rows)} training rows` : plural(full.rows, 'row');
  const difference = {
    model: 'The model is better by more than chance explains.',
    baseline: 'The linear model is better by more than chance explains.',
    tie: `On ${plural(source.testRows, 'test row')} the difference is within what chance explains.`,
  }[full.winner];
  return {
    headline: HEADLINES[full.winner],
    sentences: [
      `Trained on ${trained}, the model reaches a macro-F1 of ${figure(full.model.value)} (${percent(source.confidence)} ` +
        `interval ${range(full.model)}) and the linear model on TF-IDF ${figure(full.baseline.value)} ` +
        `(${range(full.baseline)}). ${difference} Always answering the most frequent label would reach ` +
        `${figure(source.majorityMacroF1)}.`,
      ...fewLabels(fewer),
      ...advice(full, fewer),
    ],
  };
};

const fewLabels = (points: readonly LearningCurvePoint[]): string[] => {
  const told = {
    model: (rows: string, figures: string) => `With ${rows} the fine-tuned model wins (${figures}).`,
    baseline: (rows: string, figures: string) => `With ${rows} the linear model wins (${figures}).`,
    tie: (rows: string, figures: string) => `With ${rows} neither is ahead by more than chance (${figures}).`,
  };
  const sentences = (['model', 'baseline', 'tie'] as const).flatMap((winner) => {
    const won = points.filter((point) => point.winner === winner);
    if (won.length === 0) return [];
    const figures = won.map(
      ({ model, baseline }) => `${figure(model.value)} against ${figure(baseline.value)}`,
    );
    return [told[winner](`${listed(won.map(({ rows }) => count(rows)))} training rows`, figures.join(', '))];
  });
  return sentences.length === 0 ? [] : [sentences.join(' ')];
};

const advice = (full: LearningCurvePoint, fewer: readonly LearningCurvePoint[]): string[] => {
  const winsWithFew = fewer.some((point) => point.winner === 'model');
  if (full.winner === 'model') return [];
  const few = winsWithFew
    ? 'The pretrained model pays off while labels are few. '
    : 'The pretrained model adds nothing that these test rows can show. ';
  return [
    `${few}With this many labels the linear model is ${full.winner === 'tie' ? 'as good' : 'better'} and much cheaper to run.`,
  ];
};
