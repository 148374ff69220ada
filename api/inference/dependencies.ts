import type { ModelHost, PredictionBuffer } from '../../stages/serving/index.js';

export interface InferenceDependencies {
  readonly host: ModelHost;
  /** Null where predictions are not logged. */
  readonly predictions: Pick<PredictionBuffer, 'add'> | null;
  readonly version: string;
  now(): Date;
  newId(): string;
}
