import type {
  DatasetDecision,
  DatasetRow,
  Deployment,
  EvaluationRow,
  ExecutionProvider,
  ModelVersion,
  PredictionRow,
  SourceRecord,
} from '../../contracts/index.js';
import type { ArtifactStore, BlobStore, Fence, StageContext } from '../ports.js';

export interface DatasetReader {
  /** Every row of the dataset once, ordered by record id. @throws CLICKHOUSE_UNREACHABLE */
  readRows(datasetId: string): Promise<readonly DatasetRow[]>;
}

export interface EvaluationRows {
  /** Inserting the same rows again changes nothing. */
  insert(rows: readonly EvaluationRow[]): Promise<void>;
  /** Ordered by record id. */
  read(trainingRunId: string, split: 'validation' | 'test'): Promise<readonly EvaluationRow[]>;
}

export interface RegisteredVersion {
  readonly modelVersionId: string;
  readonly model: string;
  readonly version: number;
  readonly createdAt: string;
}

export interface AliasState {
  readonly model: string;
  readonly alias: string;
  readonly modelVersionId: string;
  readonly version: number;
  readonly deploymentId: string;
  /** Grows with every change; a change names the revision it saw. */
  readonly revision: number;
  readonly updatedAt: string;
}

export interface ModelCatalog {
  /**
   * Publishes the manifest (as ArtifactStore.publish does) and gives it the model's next version number, in
   * one transaction with the check of the fence. The same manifest again keeps its number.
   * @throws ATTEMPT_FENCED
   */
  register(
    artifact: ModelVersion,
    step: { readonly key: string; readonly fence: Fence; readonly now: string },
  ): Promise<RegisteredVersion>;
  versions(model?: string): Promise<readonly RegisteredVersion[]>;
  /** @throws MODEL_NOT_FOUND */
  version(modelVersionId: string): Promise<RegisteredVersion>;
  aliases(model?: string): Promise<readonly AliasState[]>;
  alias(model: string, alias: string): Promise<AliasState | null>;
  /**
   * Publishes the deployment and moves the alias, if its revision is still `expectedRevision` (0: no alias
   * yet). The same deployment again changes nothing. @throws ALIAS_CONFLICT
   */
  deploy(deployment: Deployment, expectedRevision: number): Promise<AliasState>;
  /** Newest first. */
  deployments(
    model: string,
    alias: string,
  ): Promise<readonly (Deployment & { readonly deploymentId: string })[]>;
}

/** Rows found by what they are of, to follow one of them. Each throws CLICKHOUSE_UNREACHABLE. */
export interface LineageRows {
  prediction(
    predictionId: string,
  ): Promise<Omit<PredictionRow, 'scores' | 'embedding' | 'tokens' | 'latencyMs'> | null>;
  /** Those of unpublished batches among them. */
  places(recordId: string): Promise<readonly SourceRecord[]>;
  rowsOf(
    recordId: string,
  ): Promise<readonly (Pick<DatasetRow, 'split' | 'label'> & { readonly datasetId: string })[]>;
  decisionsOn(recordId: string): Promise<readonly DatasetDecision[]>;
  /** Records whose cleaned text in one of the datasets has this SHA-256; the first hundred. */
  recordsOfText(textDigest: string, datasetIds: readonly string[]): Promise<readonly string[]>;
  /** Every dataset that has rows, unpublished ones among them. */
  datasetIds(): Promise<readonly string[]>;
}

export interface RegistryContext extends StageContext {
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly datasets: DatasetReader;
  readonly evaluations: EvaluationRows;
  readonly catalog: ModelCatalog;
  readonly threads: number;
  readonly providers: readonly ExecutionProvider[];
}
