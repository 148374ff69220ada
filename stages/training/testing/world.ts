import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DatasetRow,
  Pipeline,
  plumblineError,
  type SplitName,
  type TrainingMetric,
  TrainModelInput,
} from '../../../contracts/index.js';
import { sha256Hex } from '../../digest.js';
import type { StageContext } from '../../ports.js';
import { memoryWorld } from '../../testing/index.js';
import type { TrainingContext } from '../ports.js';
import { tinyModel, tinyText } from './tinyModel.js';

export const DATASET_ID = sha256Hex('tiny dataset');

/** Rows of both labels in turn; a number from `first` on makes each another record. */
export const rowsOf = (split: SplitName, count: number, first = 0): DatasetRow[] =>
  Array.from({ length: count }, (_, at) => {
    const index = first + at;
    const label = index % 2 === 0 ? 'spam' : 'ham';
    const recordId = sha256Hex(`${split} ${index}`);
    return {
      recordId,
      split,
      label,
      group: 'g',
      text: tinyText(label, index),
      sentAt: null,
      clusterId: recordId,
    };
  });

/** In-memory ports, a tiny base model in a folder and a tiny dataset in the row store. */
export const trainingWorld = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-training-'));
  for (const [name, bytes] of Object.entries(tinyModel())) await writeFile(join(folder, name), bytes);
  const world = memoryWorld();
  const metrics: TrainingMetric[] = [];
  await world.datasets.insertRows(DATASET_ID, [
    ...rowsOf('train', 120),
    ...rowsOf('validation', 24),
    ...rowsOf('test', 24),
  ]);
  const context = (overrides: Partial<StageContext> = {}): TrainingContext => ({
    ...world,
    metrics: { insert: async (rows) => void metrics.push(...rows) },
    secrets: {
      resolve: async (reference) => {
        throw plumblineError('SECRET_UNRESOLVED', `${reference} is not there`);
      },
    },
    cacheDir: join(folder, 'cache'),
    hfEndpoint: 'http://127.0.0.1:9',
    threads: 1,
    providers: ['cpu'],
    ...overrides,
  });
  return { ...world, folder, metrics, context, remove: () => rm(folder, { recursive: true }) };
};
export type TrainingWorld = Awaited<ReturnType<typeof trainingWorld>>;

export const trainingInput = (
  folder: string,
  training: Readonly<Record<string, unknown>> = {},
  rest: Readonly<Record<string, unknown>> = {},
): TrainModelInput =>
  TrainModelInput.parse({
    pipeline: Pipeline.parse({
      apiVersion: 'plumbline/v1',
      name: 'tiny',
      labels: ['ham', 'spam'],
      sources: [
        {
          name: 'mails',
          connector: 'files',
          include: ['*.eml'],
          format: 'eml',
          label: { from: 'path', rules: [{ glob: '*', label: 'ham' }] },
        },
      ],
      training: {
        base: { model: `file:${folder}` },
        maxLength: 8,
        epochs: 12,
        batchSize: 8,
        learningRate: 5e-3,
        earlyStopping: null,
        ...training,
      },
    }),
    datasetId: DATASET_ID,
    ...rest,
  });
