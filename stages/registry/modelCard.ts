import type {
  ClassificationMetrics,
  DatasetVersion,
  Evaluation,
  Interval,
  Pipeline,
  TrainingRun,
} from '../../contracts/index.js';
import { modelNameOf } from '../../contracts/index.js';

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
  const total = dataset.splits.train.rows + dataset.splits.validation.rows + dataset.splits.test.rows;
  const confidence = Math.round(evaluation.recipe.confidence * 1000) / 10;
  const lines = [
    '---',
    ...yamlHeader(model, base.reference, licence, evaluation.test),
    '---',
    '',
    `# ${model}`,
    '',
    escaped(pipeline.description) || `A text classifier made by the pipeline ${pipeline.name}.`,
    '',
    '## Intended use',
    '',
    `Sorts one text into one of: ${run.labels.map((label) => `**${escaped(label)}**`).join(', ')}. It is meant for`,
    `texts like those it was trained on (${dataset.kept} records of the pipeline "${pipeline.name}"). A person should`,
    'look at decisions that matter; the scores are not calibrated probabilities.',
    '',
    '## How to use it',
    '',
    '```python',
    'from transformers import pipeline',
    'classify = pipeline("text-classification", model="PATH_OF_THIS_FOLDER", truncation=True)',
    'classify("the text")',
    '```',
    '',
    '`model.onnx` is the same model for ONNX Runtime: inputs `input_ids` and `attention_mask` (int64, batch x',
    'sequence), outputs `logits` and `embedding`.',
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
    `${recipe.seed}. The weights are those of step ${run.bestStep}, the best on validation macro-F1.`,
    '',
    `## Results on the test split (${evaluation.test.rows} rows, ${confidence} % bootstrap intervals)`,
    '',
    '| | macro-F1 | accuracy |',
    '|---|---|---|',
    metricsRow('this model', evaluation.test),
    metricsRow('linear model on TF-IDF', evaluation.baselines.tfidfLinear),
    metricsRow('always the most frequent label', evaluation.baselines.majority),
    '',
    '| label | precision | recall | F1 | rows |',
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
    `- Only the first ${recipe.maxLength} tokens of a text are read.`,
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
      'base weights (SHA-256)': base.weights.sha256,
      ...Object.fromEntries(dataset.batches.map((batch, index) => [`source batch ${index + 1}`, batch])),
      'code version': run.codeVersion,
    }).map(([name, id]) => `- ${name}: \`${id}\``),
    '',
  ];
  return lines.join('\n');
};

const metricsRow = (name: string, { macroF1, accuracy }: ClassificationMetrics): string =>
  `| ${name} | ${interval(macroF1)} | ${interval(accuracy)} |`;

/** The metadata header of a Hugging Face model card. Strings are JSON, which is YAML too. */
const yamlHeader = (
  model: string,
  base: string,
  licence: string | undefined,
  test: ClassificationMetrics,
): string[] => [
  ...(licence === undefined ? ['license: other'] : [`license: ${licence}`]),
  'library_name: transformers',
  'pipeline_tag: text-classification',
  ...(base.startsWith('hf:') ? [`base_model: ${JSON.stringify(base.slice(3).split('@')[0])}`] : []),
  'tags:',
  '- plumbline',
  '- text-classification',
  '- onnx',
  'metrics:',
  '- f1',
  '- accuracy',
  'model-index:',
  `- name: ${JSON.stringify(model)}`,
  '  results:',
  '  - task:',
  '      type: text-classification',
  '    dataset:',
  `      name: ${JSON.stringify(`${model} (test split)`)}`,
  '      type: private',
  '      split: test',
  '    metrics:',
  '    - type: f1',
  '      name: macro-F1',
  `      value: ${number(test.macroF1.value)}`,
  '    - type: accuracy',
  `      value: ${number(test.accuracy.value)}`,
];
