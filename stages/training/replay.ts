import { type DatasetRow, type Pipeline, plumblineError, type TrainingRun } from '../../contracts/index.js';
import { firstRowsByHash } from '../subset.js';
import type { LoadedBaseModel } from './baseModels/index.js';
import type { DatasetReader } from './ports.js';

export interface Replayed {
  readonly rows: readonly DatasetRow[];
  /** How many of them the previous run had seen. */
  readonly replayed: number;
}

export interface ReplayRequest {
  readonly previous: { readonly id: string; readonly run: TrainingRun };
  readonly pipeline: Pipeline;
  readonly datasetId: string;
  readonly rows: readonly DatasetRow[];
}

/**
 * What an incremental run trains on: the training rows that the previous run had not seen, and of those it had as many as
 * `replayShare` asks for, drawn evenly over the labels.
 * @throws DATASET_INVALID when there is nothing new, or when a row to be judged on was trained on before
 */
export const replay = async (
  datasets: DatasetReader,
  { previous, pipeline, datasetId, rows }: ReplayRequest,
): Promise<Replayed> => {
  const earlier = await datasets.readRows(previous.run.dataset);
  const seen = new Set(earlier.filter(({ split }) => split === 'train').map(({ recordId }) => recordId));
  const leaked = rows.filter(({ split, recordId }) => split !== 'train' && seen.has(recordId));
  if (leaked.length > 0)
    throw plumblineError(
      'DATASET_INVALID',
      `${leaked.length} validation or test rows of dataset ${datasetId} were training rows of run ${previous.id}; train in full, without training.incremental`,
      { details: { examples: leaked.slice(0, 3).map(({ recordId }) => recordId) } },
    );
  const train = rows.filter(({ split }) => split === 'train');
  const fresh = train.filter(({ recordId }) => !seen.has(recordId));
  if (fresh.length === 0)
    throw plumblineError(
      'DATASET_INVALID',
      `dataset ${datasetId} has no training row that run ${previous.id} has not seen; there is nothing to add to it`,
    );
  const { incremental, seed } = pipeline.training;
  const share = incremental?.replayShare ?? 0;
  const wanted = Math.round((fresh.length * share) / (1 - share));
  const old = train.filter(({ recordId }) => seen.has(recordId));
  const drawn = wanted < pipeline.labels.length ? [] : firstRowsByHash(old, wanted, seed);
  const chosen = new Set([...fresh, ...drawn].map(({ recordId }) => recordId));
  return { rows: train.filter(({ recordId }) => chosen.has(recordId)), replayed: drawn.length };
};

/** @throws REQUEST_INVALID when the pipeline's model is another than the one to go on with */
export const requireContinuable = (
  { id, run }: ReplayRequest['previous'],
  { pipeline, base }: { readonly pipeline: Pipeline; readonly base: LoadedBaseModel },
): void => {
  const differs =
    run.recipe.task !== pipeline.training.task
      ? 'training.task'
      : run.labels.join('\n') !== pipeline.labels.join('\n')
        ? 'labels'
        : run.base.config.sha256 !== base.model.config.sha256
          ? 'config.json'
          : run.base.tokenizer.sha256 !== base.model.tokenizer.sha256
            ? 'tokenizer.json'
            : null;
  if (differs === null) return;
  throw plumblineError(
    'REQUEST_INVALID',
    `training run ${id} has other ${differs} than this pipeline, so that it cannot be gone on from; train in full, without training.incremental`,
    { details: { differs } },
  );
};
