import type { ModelHost, PredictionBuffer } from '../../stages/serving/index.js';

export interface InferenceDependencies {
  readonly host: ModelHost;
  readonly predictions: Pick<PredictionBuffer, 'add'>;
  readonly version: string;
  now(): Date;
  newId(): string;
}
