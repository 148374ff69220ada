import { readFileSync } from 'node:fs';
import type {
  DatasetRow,
  DatasetVersion,
  EvaluationRow,
  ModelVersion,
  Pipeline,
  SourceBatch,
  TrainingRun,
} from '../../../contracts/index.js';
import { wordPieceJson } from '../../../nn/tokenize/testing/wordPieceJson.js';
import { digestOf, sha256Hex } from '../../digest.js';
import { firstRowsByHash } from '../../subset.js';
import { testPipeline } from '../../testing/index.js';
import type { RegistryWorld } from './memory.js';

/** The labels of the tiny checkpoint's head. */
export const LABELS = ['ham', 'spam', 'list'];
export const MODEL_FOLDER = new URL('../../../nn/goldens/bert-sequence-classification/', import.meta.url);
const WORDS: Readonly<Record<string, string>> = {
  ham: 'meeting at noon tomorrow with notes',
  spam: 'free money now <script>alert(1)</script> offer',
  list: 'patch review build kernel commit',
};
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const tokenizerJson = wordPieceJson(SPECIAL, [
  ...new Set(Object.values(WORDS).join(' ').match(/\w+/g)),
  '<',
  '>',
  '(',
  ')',
  '/',
]);

export const pipelineFixture = (changes: Readonly<Record<string, unknown>> = {}): Pipeline =>
  testPipeline(
    '.',
    {},
    {
      name: 'mail-triage',
      labels: LABELS,
      training: { base: { model: 'file:tiny' }, maxLength: 24 },
      evaluation: { bootstrapResamples: 100, learningCurve: [12], lengthSlices: [6, 8], sliceRowsMin: 3 },
      ...changes,
    },
  );

const rowsFixture = (salt: string): DatasetRow[] =>
  Array.from({ length: 72 }, (_, index) => {
    const label = LABELS[index % LABELS.length]!;
    const words = WORDS[label]!.split(' ').slice(0, 3 + (index % 4));
    return {
      recordId: sha256Hex(`${salt} ${index}`),
      split: index < 48 ? ('train' as const) : index < 60 ? ('validation' as const) : ('test' as const),
      label,
      group: index % 2 === 0 ? 'inbox' : 'archive',
      text: `${words.join(' ')} ${index}`,
      sentAt: null,
      clusterId: sha256Hex(`${salt} cluster ${index}`),
    };
  }).sort((a, b) => (a.recordId < b.recordId ? -1 : 1));

const publish = async (
  world: RegistryWorld,
  artifact: Parameters<RegistryWorld['artifacts']['publish']>[0],
) => {
  const key = digestOf(artifact);
  const fence = await world.artifacts.acquireFence(key, world);
  return world.artifacts.publish(artifact, { key, fence });
};

/** A dataset with its rows and batch. @returns its id */
export const plantDataset = async (
  world: RegistryWorld,
  pipeline: Pipeline,
  salt = 'rows',
): Promise<string> => {
  const rows = rowsFixture(salt);
  const batch: SourceBatch = {
    kind: 'SourceBatch',
    pipeline: pipeline.name,
    source: 'mails',
    records: 75,
    bytes: 1000,
    labels: {},
    groups: {},
    quarantined: { 'no-body': 2 },
    recordsDigest: sha256Hex(salt),
  };
  const split = (name: DatasetRow['split']) => {
    const chosen = rows.filter((row) => row.split === name);
    const labels = Object.fromEntries(
      LABELS.map((label) => [label, chosen.filter((row) => row.label === label).length]),
    );
    return { rows: chosen.length, labels, groups: {} };
  };
  const dataset: DatasetVersion = {
    kind: 'DatasetVersion',
    pipeline: pipeline.name,
    batches: [await publish(world, batch)],
    recipe: pipeline.dataset,
    codeVersion: 'test',
    labels: LABELS,
    schema: [{ name: 'text', type: 'string', description: 'what the model reads' }],
    read: 73,
    kept: 72,
    dropped: { 'exact-duplicate': 1 },
    changed: {},
    nearDuplicateClusters: 72,
    splits: { train: split('train'), validation: split('validation'), test: split('test') },
    rows: { sha256: sha256Hex(salt), bytes: 1 },
  };
  const datasetId = await publish(world, dataset);
  await world.datasets.insertRows(datasetId, rows);
  return datasetId;
};

/** A training run of the tiny random checkpoint. @returns its id */
export const plantRun = async (
  world: RegistryWorld,
  pipeline: Pipeline,
  datasetId: string,
  changes: Partial<TrainingRun> = {},
): Promise<string> => {
  const blob = (name: string) => world.blobs.put(readFileSync(new URL(name, MODEL_FOLDER)));
  const weights = await blob('model.safetensors');
  const run: TrainingRun = {
    kind: 'TrainingRun',
    pipeline: pipeline.name,
    dataset: datasetId,
    base: {
      reference: 'file:tiny',
      architecture: 'bert',
      parameters: 25_000,
      config: await blob('config.json'),
      weights: { 'model.safetensors': weights },
      tokenizer: await world.blobs.put(new TextEncoder().encode(tokenizerJson)),
    },
    recipe: pipeline.training,
    codeVersion: 'test',
    labels: LABELS,
    rows: 48,
    generation: null,
    vocabulary: null,
    adaptation: null,
    previous: null,
    replayed: 0,
    adapter: null,
    steps: 6,
    bestStep: 3,
    stoppedEarly: false,
    validation: [
      { step: 3, score: 0.4, loss: 1 },
      { step: 6, score: 0.3, loss: 1.1 },
    ],
    lossCurve: [
      { step: 3, loss: 1.2 },
      { step: 6, loss: 0.9 },
    ],
    weights,
    ...changes,
  };
  return publish(world, run);
};

/** A registered version whose test predictions are wrong in every `everyWrong`th row. @returns its id */
export const plantVersion = async (
  world: RegistryWorld,
  pipeline: Pipeline,
  datasetId: string,
  { generation, everyWrong }: { readonly generation: string; readonly everyWrong: number },
): Promise<string> => {
  const trainingRun = await plantRun(world, pipeline, datasetId, { generation });
  const test = (await world.datasets.readRows(datasetId)).filter((row) => row.split === 'test');
  await world.evaluations.insert(
    firstRowsByHash(test, test.length, 1).map((row, index): EvaluationRow => {
      const wrong = LABELS[(LABELS.indexOf(row.label) + 1) % LABELS.length]!;
      return {
        trainingRunId: trainingRun,
        split: 'test',
        recordId: row.recordId,
        label: row.label,
        predicted: (index + 1) % everyWrong === 0 ? wrong : row.label,
        scores: [1, 0, 0],
        embedding: [],
        tokens: 5,
        group: row.group,
      };
    }),
  );
  return plantManifest(world, {
    model: pipeline.name,
    trainingRun,
    generation,
    dataset: datasetId,
    labels: LABELS,
    serving: pipeline.serving,
  });
};

/** Registers a version without files. @returns its id */
export const plantManifest = async (
  world: RegistryWorld,
  {
    generation,
    ...made
  }: Pick<ModelVersion, 'model' | 'trainingRun' | 'dataset' | 'labels' | 'serving'> & {
    readonly generation: string;
    readonly task?: ModelVersion['task'];
  },
): Promise<string> => {
  const manifest: ModelVersion = {
    kind: 'ModelVersion',
    evaluation: sha256Hex(`evaluation ${generation}`),
    maxLength: 24,
    codeVersion: 'test',
    files: {},
    ...made,
  };
  const key = digestOf(manifest);
  const fence = await world.artifacts.acquireFence(key, world);
  return (await world.catalog.register(manifest, { key, fence, now: world.now })).modelVersionId;
};
