import type { ClassificationMetrics, Interval } from '../../../contracts/index.js';

/** How a report speaks of what a task learns. */
export interface Wording {
  /** The figure that decides. */
  readonly metric: string;
  readonly metricMeans: string;
  readonly accuracy: string;
  /** The baseline that learns: in tables, and in sentences. */
  readonly baseline: string;
  readonly baselineNoun: string;
  readonly majority: string;
  readonly majorityDoes: string;
  readonly bothRead: (tokens: number) => string;
  readonly label: string;
  readonly counted: string;
}

const CLASSES: Wording = {
  metric: 'macro-F1',
  metricMeans: "Macro-F1 is the mean of the labels' F1, each label counting the same.",
  accuracy: 'accuracy',
  baseline: 'linear model on TF-IDF',
  baselineNoun: 'linear model',
  majority: 'most frequent label',
  majorityDoes: 'Always answering the most frequent label',
  bothRead: (tokens) =>
    `The linear model reads whole texts, the fine-tuned model their first ${tokens} tokens.`,
  label: 'label',
  counted: 'test rows',
};

const ENTITIES: Wording = {
  metric: 'entity F1',
  metricMeans:
    'An entity is right when its type and both its ends are. Entity F1 counts all entities together, macro-F1 is the mean of the F1 of their types.',
  accuracy: 'texts without a mistake',
  baseline: 'dictionary of training entities',
  baselineNoun: 'dictionary',
  majority: 'no entity at all',
  majorityDoes: 'Finding no entity at all',
  bothRead: () => 'Both read whole texts, the fine-tuned model in windows.',
  label: 'type',
  counted: 'test entities',
};

export const wordingOf = ({ entities }: Pick<ClassificationMetrics, 'entities'>): Wording =>
  entities === undefined ? CLASSES : ENTITIES;

/** The figure that decides, as `Wording.metric` names it. */
export const decidingFigure = ({ entities, macroF1 }: ClassificationMetrics): Interval =>
  entities?.f1 ?? macroF1;
