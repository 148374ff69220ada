import type { DatasetRow, Entity, ExecutionProvider } from '../../contracts/index.js';
import type { BlobStore, StageContext } from '../ports.js';

/** What a model says of one row. */
export interface RowPrediction {
  readonly row: DatasetRow;
  /** The label; where entities are found, their labels. */
  readonly predicted: string;
  readonly predictedEntities?: Entity[];
  /** Probabilities in the order of the run's labels; where entities are found, of the tags, mean over the words. */
  readonly scores: number[];
  readonly embedding: number[];
  /** Tokens the model read, special ones included. */
  readonly tokens: number;
}

export interface PredictContext extends StageContext {
  readonly blobs: BlobStore;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}
