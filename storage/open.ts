import type { Config } from '../config.js';
import { toPlumblineError } from '../contracts/index.js';
import type { DatasetSink, RowComparison, SourceRecordReader } from '../stages/datasets/ports.js';
import type {
  AliasReader,
  HealthReports,
  PredictionReader,
  ReferenceReader,
} from '../stages/monitoring/ports.js';
import type {
  ArtifactStore,
  BlobStore,
  LineageEmitter,
  Logger,
  ObjectStore,
  SecretResolver,
} from '../stages/ports.js';
import type { EvaluationRows, LineageRows, ModelCatalog } from '../stages/registry/ports.js';
import type { DeploymentReader, PredictionLog } from '../stages/serving/ports.js';
import type { RemoteFolders, SourceCatalog, SourceHeads, SourceRecordSink } from '../stages/sources/ports.js';
import type { DatasetReader, TrainingMetricSink } from '../stages/training/ports.js';
import { artifactStore } from './catalog/artifact-store.js';
import { deploymentReader, modelCatalog } from './catalog/model-catalog.js';
import { openCatalog } from './catalog/open-catalog.js';
import { sourceCatalog } from './catalog/source-catalog.js';
import { sourceHeads } from './catalog/source-heads.js';
import { openRowStore } from './clickhouse/client.js';
import { datasetComparison } from './clickhouse/dataset-comparison.js';
import { datasetRows } from './clickhouse/dataset-rows.js';
import { evaluationRows } from './clickhouse/evaluation-rows.js';
import { healthReports } from './clickhouse/health-reports.js';
import { lineageRows } from './clickhouse/lineage-rows.js';
import { predictions } from './clickhouse/predictions.js';
import { sourceRecords } from './clickhouse/source-records.js';
import { trainingMetrics } from './clickhouse/training-metrics.js';
import { blobStore } from './objects/blobs.js';
import { openObjects, remoteFolders } from './objects/openObjects.js';
import { openLineageEmitter } from './openlineage/emitter.js';
import { lineageTarget } from './openlineage/target.js';
import { secretResolver } from './secrets.js';

/** `ok`, or what is wrong with that part. */
type Health = string;

export interface Storage {
  readonly objects: ObjectStore;
  readonly blobs: BlobStore;
  readonly artifacts: ArtifactStore;
  readonly heads: SourceHeads;
  readonly sources: SourceCatalog;
  readonly catalog: ModelCatalog & AliasReader;
  readonly deployments: DeploymentReader;
  readonly records: SourceRecordSink & SourceRecordReader;
  readonly datasets: DatasetSink & DatasetReader;
  readonly comparison: RowComparison;
  readonly lineageRows: LineageRows;
  readonly metrics: TrainingMetricSink;
  readonly evaluations: EvaluationRows & ReferenceReader;
  readonly predictions: PredictionLog & PredictionReader;
  readonly reports: HealthReports;
  readonly secrets: SecretResolver;
  readonly folders: RemoteFolders;
  /** Never throws; answers within seconds. */
  ping(): Promise<{ readonly catalog: Health; readonly objects: Health; readonly clickhouse: Health }>;
  close(): Promise<void>;
}

const healthOf = (check: () => Promise<unknown>): Promise<Health> =>
  check().then(
    () => 'ok',
    (thrown: unknown) => {
      const { code, message } = toPlumblineError(thrown);
      return `${code}: ${message}`;
    },
  );

/**
 * Chooses the adapters of a configuration. ClickHouse may be down: calls that need it fail with
 * CLICKHOUSE_UNREACHABLE then, and work once it is up.
 * @throws CONFIG_INVALID, SECRET_UNRESOLVED, CATALOG_UNAVAILABLE, DISK_FULL
 */
export const openStorage = async (config: Config): Promise<Storage> => {
  const secrets = secretResolver();
  const { objectsUrl, objectsCredentials } = config;
  const objects = openObjects('PLUMBLINE_OBJECTS_URL', objectsUrl, objectsCredentials, secrets);
  const database = await openCatalog(config.catalog, secrets);
  const { url, database: rowDatabase, user, password } = config.clickhouse;
  const rows = openRowStore({
    url,
    database: rowDatabase,
    user,
    password: async () => (password === undefined ? '' : secrets.resolve(password)),
  });
  return {
    objects,
    blobs: blobStore(objects),
    artifacts: artifactStore(database, objects),
    heads: sourceHeads(database, objects),
    sources: sourceCatalog(database),
    catalog: modelCatalog(database, objects),
    deployments: deploymentReader(database, objects),
    records: sourceRecords(rows),
    datasets: datasetRows(rows),
    comparison: datasetComparison(rows),
    lineageRows: lineageRows(rows),
    metrics: trainingMetrics(rows),
    evaluations: evaluationRows(rows),
    predictions: predictions(rows),
    reports: healthReports(rows),
    secrets,
    folders: remoteFolders(secrets),
    ping: async () => {
      const [catalog, objectStore, clickhouse] = await Promise.all([
        healthOf(() => database.ping()),
        healthOf(() => objects.ping()),
        healthOf(() => rows.ping()),
      ]);
      return { catalog, objects: objectStore, clickhouse };
    },
    close: async () => {
      await rows.close();
      await database.close();
    },
  };
};

/**
 * Who is told of the work of this process; undefined where the configuration names nobody.
 * @throws CONFIG_INVALID for a scheme that no target serves
 */
export const openLineage = (
  { openLineage: receiver, temporal }: Config,
  { artifacts, secrets }: Pick<Storage, 'artifacts' | 'secrets'>,
  log: Pick<Logger, 'warn'>,
): (LineageEmitter & { close(): Promise<void> }) | undefined => {
  if (receiver === undefined) return undefined;
  const { url, apiKey } = receiver;
  const target = lineageTarget(url, async () => (apiKey === undefined ? null : secrets.resolve(apiKey)));
  return openLineageEmitter({ target, artifacts, namespace: `plumbline/${temporal.namespace}`, log });
};
