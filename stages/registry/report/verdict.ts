import type { LearningCurvePoint } from '../../../contracts/index.js';
import { count, figure, listed, percent, plural, range } from './format.js';
import type { Wording } from './wording.js';

export interface VerdictSource {
  readonly learningCurve: readonly LearningCurvePoint[];
  readonly testRows: number;
  readonly confidence: number;
  /** Training rows of the dataset. */
  readonly trainRows: number;
  /** The deciding figure of answering without having learnt. */
  readonly majority: number;
  readonly wording: Wording;
}

const headlinesOf = ({ metric, baselineNoun }: Wording) => {
  const baseline = metric === 'macro-F1' ? 'linear baseline' : `${baselineNoun} baseline`;
  return {
    model: `The fine-tuned model beats the ${baseline}.`,
    baseline: `The ${baseline} beats the fine-tuned model.`,
    tie: `The fine-tuned model and the ${baseline} are level.`,
  };
};

/** What won where, in sentences a reader who skips the rest can act on. */
export const verdict = (source: VerdictSource): { headline: string; sentences: string[] } => {
  const points = [...source.learningCurve].sort((a, b) => a.rows - b.rows);
  const full = points.at(-1)!;
  const fewer = points.slice(0, -1);
  const trained =
    full.rows === source.trainRows ? `all ${count(full.rows)} training rows` : plural(full.rows, 'row');
  const { metric, baseline, baselineNoun, majorityDoes } = source.wording;
  const difference = {
    model: 'The model is better by more than chance explains.',
    baseline: `The ${baselineNoun} is better by more than chance explains.`,
    tie: `On ${plural(source.testRows, 'test row')} the difference is within what chance explains.`,
  }[full.winner];
  return {
    headline: headlinesOf(source.wording)[full.winner],
    sentences: [
      `Trained on ${trained}, the model reaches ${metric === 'macro-F1' ? 'a macro-F1' : 'an entity F1'} of ${figure(full.model.value)} (${percent(source.confidence)} ` +
        `interval ${range(full.model)}) and the ${baseline} ${figure(full.baseline.value)} ` +
        `(${range(full.baseline)}). ${difference} ${majorityDoes} would reach ` +
        `${figure(source.majority)}.`,
      ...fewLabels(fewer, baselineNoun),
      ...advice(full, fewer, baselineNoun),
    ],
  };
};

const fewLabels = (points: readonly LearningCurvePoint[], baselineNoun: string): string[] => {
  const told = {
    model: (rows: string, figures: string) => `With ${rows} the fine-tuned model wins (${figures}).`,
    baseline: (rows: string, figures: string) => `With ${rows} the ${baselineNoun} wins (${figures}).`,
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

const advice = (
  full: LearningCurvePoint,
  fewer: readonly LearningCurvePoint[],
  baselineNoun: string,
): string[] => {
  const winsWithFew = fewer.some((point) => point.winner === 'model');
  if (full.winner === 'model') return [];
  const few = winsWithFew
    ? 'The pretrained model pays off while labels are few. '
    : 'The pretrained model adds nothing that these test rows can show. ';
  return [
    `${few}With this many labels the ${baselineNoun} is ${full.winner === 'tie' ? 'as good' : 'better'} and much cheaper to run.`,
  ];
};
