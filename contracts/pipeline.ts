import { z } from 'zod';
import { CleaningRecipe } from './cleaning/index.js';
import { Name, Percentage } from './fields.js';
import { Source } from './sources/index.js';
import { GateMetric, type LabelOrigin, TASK_RULES, type Task } from './tasks.js';
import { TrainingRecipe } from './trainingRecipe.js';

export const SplitRecipe = z.strictObject({
  train: z.number().positive().default(8).describe('Share of the clusters for training.'),
  validation: z
    .number()
    .positive()
    .default(1)
    .describe('Share for early stopping and monitoring’s reference.'),
  test: z.number().positive().default(1).describe('Share that only the evaluation sees.'),
  seed: z.number().int().min(0).default(17).describe('Changes which cluster falls into which split.'),
  by: z
    .enum(['cluster', 'group', 'time'])
    .optional()
    .describe(
      'What stays together: near-duplicates always; group: whole groups too; time: the oldest train, the newest test. Left out: cluster.',
    ),
  stratified: z
    .boolean()
    .optional()
    .describe('Cut each label by itself, so that all splits have the same balance of labels.'),
});

export const DatasetRecipe = z.strictObject({
  cleaning: CleaningRecipe.prefault({}),
  split: SplitRecipe.prefault({}),
});

export const EvaluationRecipe = z.strictObject({
  bootstrapResamples: z
    .number()
    .int()
    .min(100)
    .max(100_000)
    .default(1000)
    .describe('Resamples behind each interval.'),
  confidence: Percentage.default(0.95).describe('Confidence of the intervals.'),
  lengthSlices: z
    .array(z.number().int().positive())
    .default([32, 64, 128])
    .describe('Upper edges, in tokens, of the length slices.'),
  sliceRowsMin: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('Smaller slices are shown as too small to judge.'),
  learningCurve: z
    .array(z.number().int().min(2))
    .default([50, 200, 1000])
    .describe(
      'Training-set sizes for the learning curve of the model and the baseline; all rows are always shown.',
    ),
  seed: z.number().int().min(0).default(7).describe('Seed of the resampling.'),
});

export const PromotionPolicy = z.strictObject({
  alias: Name.default('production').describe('The alias that serving follows.'),
  gate: z
    .strictObject({
      metric: GateMetric.optional().describe(
        'What is compared. Left out: macroF1, for entities entityF1, the F1 of all of them together.',
      ),
      minimum: z.number().min(0).max(1).default(0.5).describe('The candidate must reach this in any case.'),
      margin: z.number().min(-1).max(1).default(0).describe('Required lead over the champion.'),
      confidence: Percentage.default(0.95).describe('Confidence of the paired bootstrap.'),
    })
    .prefault({}),
  approval: z
    .strictObject({
      mode: z
        .enum(['automatic', 'manual'])
        .default('manual')
        .describe('manual waits for `plumbline approve`.'),
      expiresAfterHours: z.number().positive().default(72).describe('Unanswered requests end then.'),
    })
    .prefault({}),
});

export const ServingRecipe = z.strictObject({
  maxBatchTokens: z.number().int().min(8).default(2048).describe('Tokens computed together at most.'),
  maxQueueDelayMs: z.number().min(0).max(1000).default(4).describe('How long a request waits for company.'),
  logPredictions: z.boolean().default(true).describe('Monitoring needs the log.'),
});

export const MonitoringRecipe = z.strictObject({
  everyMinutes: z.number().positive().default(15).describe('How often the window is compared.'),
  windowRows: z.number().int().min(20).max(5000).default(200).describe('Newest predictions in a window.'),
  referenceRowsMax: z
    .number()
    .int()
    .min(20)
    .max(5000)
    .default(600)
    .describe('Validation rows compared with.'),
  falseAlarmRate: Percentage.default(0.05).describe('Share of undrifted windows that alarm.'),
  permutations: z.number().int().min(99).max(9999).default(499).describe('Permutations behind the p-value.'),
  confirmWindows: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Alarms in a row, each on new traffic, before `onDrift` happens.'),
  onDrift: z.enum(['retrain', 'alert']).default('retrain').describe('What a confirmed drift leads to.'),
});

export const PIPELINE_API_VERSION = 'plumbline/v1';

/** The pipeline that batches of the catalog's own sources name; no pipeline file may have this name. */
export const CATALOG_PIPELINE = 'catalog';

interface TaskChoices {
  readonly labels: readonly string[];
  readonly training: { readonly task: Task };
  readonly sources: readonly { readonly label: { readonly from: LabelOrigin }; readonly format?: string }[];
  readonly promotion: { readonly gate: { readonly metric?: GateMetric | undefined } };
}

/** Labels, sources and gate must fit the task. */
const checkTask = (
  { labels, training: { task }, sources, promotion }: TaskChoices,
  report: (path: (string | number)[], message: string) => void,
): void => {
  const { labelsMin, labelledBy, metrics } = TASK_RULES[task];
  if (labels.length < labelsMin) report(['labels'], `${task} needs at least ${labelsMin} labels`);
  if (labelledBy.includes('entities'))
    labels.forEach((label, index) => {
      if (/\s/u.test(label)) report(['labels', index], 'the label of an entity holds no white space');
    });
  sources.forEach(({ label: { from }, format }, index) => {
    if (!labelledBy.includes(from))
      report(
        ['sources', index, 'label', 'from'],
        `${task} takes labels from ${labelledBy.join(' or ')}, not from ${from}`,
      );
    if ((from === 'entities' || from === 'relation') && (format === 'eml' || format === 'mbox'))
      report(
        ['sources', index, 'format'],
        `${format} has no field for spans; use jsonl, parquet, csv or conll`,
      );
  });
  const { metric } = promotion.gate;
  if (metric !== undefined && !metrics.includes(metric))
    report(['promotion', 'gate', 'metric'], `${task} is compared by ${metrics.join(' or ')}`);
};

/**
 * The pipeline file: what a user writes. Every value that is not required has a default here and nowhere
 * else; `.describe()` texts become the editor's hints and docs/pipeline.md.
 */
export const Pipeline = z
  .strictObject({
    apiVersion: z.literal(PIPELINE_API_VERSION).describe('Version of this format.'),
    name: Name.describe('Name of the pipeline, and of the model it makes unless `model` says otherwise.'),
    description: z.string().max(500).default('').describe('What the pipeline is for, for people.'),
    model: Name.optional().describe('Name the model is registered and served under.'),
    labels: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(1000)
      .describe('The classes in order, at least two; for entities their types, at least one.'),
    sources: z.array(Source).min(1).describe('Where records come from.'),
    dataset: DatasetRecipe.prefault({}),
    training: TrainingRecipe,
    evaluation: EvaluationRecipe.prefault({}),
    promotion: PromotionPolicy.prefault({}),
    serving: ServingRecipe.prefault({}),
    monitoring: MonitoringRecipe.prefault({}),
  })
  .overwrite((pipeline) => {
    const { promotion, training } = pipeline;
    const metric = promotion.gate.metric ?? TASK_RULES[training.task].metrics[0];
    return { ...pipeline, promotion: { ...promotion, gate: { ...promotion.gate, metric } } };
  })
  .superRefine((pipeline, context) => {
    const report = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (pipeline.name === CATALOG_PIPELINE)
      report(['name'], `"${CATALOG_PIPELINE}" is the name of the catalog of sources`);
    if (new Set(pipeline.labels).size !== pipeline.labels.length) report(['labels'], 'labels must differ');
    if (pipeline.training.lora && pipeline.training.vocabulary)
      report(
        ['training', 'vocabulary'],
        'an adapter fits the base model as it is; leave lora or vocabulary out',
      );
    const names = pipeline.sources.map((source) => source.name);
    if (new Set(names).size !== names.length) report(['sources'], 'source names must differ');
    checkTask(pipeline, report);
    pipeline.sources.forEach((source, index) => {
      if (source.label.from !== 'path') return;
      source.label.rules.forEach((rule, position) => {
        if (!pipeline.labels.includes(rule.label))
          report(
            ['sources', index, 'label', 'rules', position, 'label'],
            `"${rule.label}" is not one of labels`,
          );
      });
    });
  });

export type Pipeline = z.infer<typeof Pipeline>;
export type SplitRecipe = z.infer<typeof SplitRecipe>;
export type DatasetRecipe = z.infer<typeof DatasetRecipe>;
export type EvaluationRecipe = z.infer<typeof EvaluationRecipe>;
export type PromotionPolicy = z.infer<typeof PromotionPolicy>;
export type ServingRecipe = z.infer<typeof ServingRecipe>;
export type MonitoringRecipe = z.infer<typeof MonitoringRecipe>;

/** Name the pipeline's model is registered and served under. */
export const modelNameOf = (pipeline: Pick<Pipeline, 'name' | 'model'>): string =>
  pipeline.model ?? pipeline.name;
