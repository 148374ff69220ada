import {
  type ClassificationMetrics,
  type DatasetVersion,
  type Evaluation,
  type Interval,
  learntBaselineOf,
  modelNameOf,
  type Pipeline,
  TASK_RULES,
  type TrainingRun,
} from '../../contracts/index.js';
import { cardUse } from './cardUse.js';
import { wordingOf } from './report/wording.js';

/** Licences of base models this project names itself; another base model's own page states its licence. */
const BASE_LICENCES: readonly (readonly [RegExp, string])[] = [
  [/all-minilm-l6-v2/i, 'apache-2.0'],
  [/^hf:google-bert\//, 'apache-2.0'],
];

export interface ModelCardSource {
  readonly pipeline: Pipeline;
  readonly run: TrainingRun;
  readonly evaluation: Evaluation;
  readonly dataset: DatasetVersion;
  readonly ids: { readonly trainingRun: string; readonly evaluation: string };
}

const number = (value: number): string => value.toFixed(4);
const interval = ({ value, low, high }: Interval): string =>
  `${number(value)} [${number(low)}, ${number(high)}]`;

/** What of the base model was trained. */
const trainedPart = ({ adapter, recipe: { freeze, lora } }: TrainingRun): string => {
  if (adapter && lora) return `a LoRA adapter of rank ${lora.rank} and the head trained, see \`adapter/\``;
  if (freeze === 'none') return 'all parameters trained';
  if (freeze === 'embeddings') return 'embeddings frozen';
  return `embeddings and the lowest ${freeze.bottomLayers} layers frozen`;
};

/** What the training began with, other than the base model as it is. */
const beginning = ({ previous, replayed, adaptation }: TrainingRun): string => {
  if (previous !== null)
    return `, going on from training run \`${previous}\` with what it had not seen and ${replayed} rows it had`;
  return adaptation === null ? '' : `, after it was adapted to the training texts (\`${adaptation}\`)`;
};

/** Text for a Markdown table or sentence: names come from data. */
const escaped = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, '\\$&').replace(/\s+/g, ' ');

/** `README.md` of the model's folder: metadata header, use, data, metrics, limits, licence, lineage. */
export const modelCard = ({ pipeline, run, evaluation, dataset, ids }: ModelCardSource): string => {
  const { base, recipe } = run;
  const licence = BASE_LICENCES.find(([pattern]) => pattern.test(base.reference))?.[1];
  const model = modelNameOf(pipeline);
  const use = cardUse(recipe.task);
  const wording = wordingOf(evaluation.test);
  const learnt = learntBaselineOf(evaluation.baselines);
  const total = dataset.splits.train.rows + dataset.splits.validation.rows + dataset.splits.test.rows;
  const confidence = Math.round(evaluation.recipe.confidence * 1000) / 10;
  const lines = [
    '---',
    ...yamlHeader(model, run, licence, evaluation.test),
    '---',
    '',
    `# ${model}`,
    '',
    escaped(pipeline.description) || `${use.kind} made by the pipeline ${pipeline.name}.`,
    '',
    '## Intended use',
    '',
    `${use.does} ${run.labels.map((label) => `**${escaped(label)}**`).join(', ')}. It is meant for`,
    `texts like those it was trained on (${dataset.kept} records of the pipeline "${pipeline.name}"). A person should`,
    'look at decisions that matter; the scores are not calibrated probabilities.',
    '',
    '## How to use it',
    '',
    ...use.how,
    '',
    '## Training data',
    '',
    `${total} rows after cleaning, of ${dataset.read} read; ${dataset.splits.train.rows} train,`,
    `${dataset.splits.validation.rows} validation, ${dataset.splits.test.rows} test. Near-duplicates never cross a`,
    `split. This model was trained on ${run.rows} rows.`,
    '',
    '| label | train | validation | test |',
    '|---|---:|---:|---:|',
    ...run.labels.map((label) => {
      const counts = (['train', 'validation', 'test'] as const).map(
        (split) => dataset.splits[split].labels[label] ?? 0,
      );
      return `| ${escaped(label)} | ${counts.join(' | ')} |`;
    }),
    '',
    '## Training',
    '',
    `Fine-tuned from \`${base.reference}\` (${base.architecture}, ${base.parameters} parameters,`,
    `${trainedPart(run)})${beginning(run)}: ${run.steps} steps of`,
    `${recipe.batchSize} texts, learning rate ${recipe.learningRate}, weight decay ${recipe.weightDecay}, seed`,
    `${recipe.seed}. The weights are those of step ${run.bestStep}, the best on validation ${wording.metric}.`,
    '',
    `## Results on the test split (${evaluation.test.rows} rows, ${confidence} % bootstrap intervals)`,
    '',
    ...metricsTable(wording.accuracy, [
      ['this model', evaluation.test],
      [learnt.name, learnt.metrics],
      [
        `always ${wording.majority === 'most frequent label' ? 'the most frequent label' : wording.majority}`,
        evaluation.baselines.majority,
      ],
    ]),
    '',
    `| ${wording.label} | precision | recall | F1 | ${wording.counted} |`,
    '|---|---|---|---|---:|',
    ...evaluation.test.classes.map(
      ({ label, precision, recall, f1, support }) =>
        `| ${escaped(label)} | ${interval(precision)} | ${interval(recall)} | ${interval(f1)} | ${support} |`,
    ),
    '',
    'Slices, mistakes, curves: see `report.html` in this folder.',
    '',
    '## Limits',
    '',
    use.limit(recipe.maxLength),
    '- Texts of other kinds, languages or times than the training data may be sorted wrongly with a high score.',
    '- It inherits the biases of its base model and of whoever labelled the data.',
    '',
    '## Licence',
    '',
    licence === undefined
      ? `The base model's licence applies; see the page of \`${base.reference}\`. Check the rights in the training data.`
      : `The base model is under ${licence}. Check the rights in the training data.`,
    '',
    '## Lineage',
    '',
    ...Object.entries({
      evaluation: ids.evaluation,
      'training run': ids.trainingRun,
      dataset: run.dataset,
      ...Object.fromEntries(
        Object.entries(base.weights).map(([file, { sha256 }]) => [
          `${file} of the base model (SHA-256)`,
          sha256,
        ]),
      ),
      ...Object.fromEntries(dataset.batches.map((batch, index) => [`source batch ${index + 1}`, batch])),
      'code version': run.codeVersion,
    }).map(([name, id]) => `- ${name}: \`${id}\``),
    '',
  ];
  return lines.join('\n');
};

const metricsTable = (
  accuracyName: string,
  rows: readonly (readonly [name: string, metrics: ClassificationMetrics])[],
): string[] => {
  const ofEntities = rows[0]?.[1].entities !== undefined;
  return [
    `| | ${ofEntities ? 'entity F1 | ' : ''}macro-F1 | ${accuracyName} |`,
    `|---|${ofEntities ? '---|' : ''}---|---|`,
    ...rows.map(([name, { entities, macroF1, accuracy }]) => {
      const figures = [...(entities === undefined ? [] : [entities.f1]), macroF1, accuracy];
      return `| ${name} | ${figures.map(interval).join(' | ')} |`;
    }),
  ];
};

/** The metadata header of a Hugging Face model card. Strings are JSON, which is YAML too. */
const yamlHeader = (
  model: string,
  { base: { reference: base }, recipe: { task } }: TrainingRun,
  licence: string | undefined,
  test: ClassificationMetrics,
): string[] => [
  ...(licence === undefined ? ['license: other'] : [`license: ${licence}`]),
  'library_name: transformers',
  `pipeline_tag: ${TASK_RULES[task].pipelineTag}`,
  ...(base.startsWith('hf:') ? [`base_model: ${JSON.stringify(base.slice(3).split('@')[0])}`] : []),
  'tags:',
  '- plumbline',
  `- ${TASK_RULES[task].pipelineTag}`,
  '- onnx',
  'metrics:',
  '- f1',
  '- accuracy',
  'model-index:',
  `- name: ${JSON.stringify(model)}`,
  '  results:',
  '  - task:',
  `      type: ${TASK_RULES[task].pipelineTag}`,
  '    dataset:',
  `      name: ${JSON.stringify(`${model} (test split)`)}`,
  '      type: private',
  '      split: test',
  '    metrics:',
  ...(test.entities === undefined
    ? []
    : ['    - type: f1', '      name: entity F1', `      value: ${number(test.entities.f1.value)}`]),
  '    - type: f1',
  '      name: macro-F1',
  `      value: ${number(test.macroF1.value)}`,
  '    - type: accuracy',
  ...(test.entities === undefined ? [] : ['      name: texts without a mistake']),
  `      value: ${number(test.accuracy.value)}`,
];
