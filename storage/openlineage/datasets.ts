import type { ArtifactKind } from '../../contracts/index.js';
import type { ArtifactStore } from '../../stages/ports.js';
import { facet, type OpenLineageDataset } from './facets.js';

/** Members of activities' inputs and outputs that hold ids of artifacts. */
const KINDS: Readonly<Record<string, ArtifactKind>> = {
  batchId: 'SourceBatch',
  batches: 'SourceBatch',
  datasetId: 'DatasetVersion',
  trainingRunId: 'TrainingRun',
  learningCurveRuns: 'TrainingRun',
  previous: 'TrainingRun',
  evaluationId: 'Evaluation',
  modelVersionId: 'ModelVersion',
  decisionId: 'GateDecision',
  deploymentId: 'Deployment',
  healthReportId: 'HealthReport',
};

export interface Named {
  readonly kind: ArtifactKind;
  readonly id: string;
}

/** Artifacts that the input or output of an activity names. */
export const namedArtifacts = (value: unknown): Named[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, held]) => {
    const kind = KINDS[member];
    if (kind === undefined) return [];
    return [held].flat().flatMap((id) => (typeof id === 'string' ? [{ kind, id }] : []));
  });
};

const label = (kind: string): string =>
  `${kind.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`)}s`;

/** Figures of what is kept as rows. A column's metrics are those that the manifest knows. */
const quality = (rowCount: number, labels: number, bytes?: number) =>
  facet('1-0-0/DataQualityMetricsDatasetFacet', {
    rowCount,
    ...(bytes !== undefined && { bytes }),
    columnMetrics: { label: { count: rowCount, distinctCount: labels, nullCount: 0 } },
  });

/**
 * An artifact as OpenLineage names datasets: one name for all versions of a thing, the version as a facet.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT
 */
export const datasetOf = async (
  artifacts: Pick<ArtifactStore, 'get'>,
  namespace: string,
  { kind, id }: Named,
): Promise<OpenLineageDataset> => {
  const version = facet('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: id });
  if (kind === 'SourceBatch') {
    const { pipeline, source, records, bytes, labels } = await artifacts.get(kind, id);
    const facets = { version, dataQualityMetrics: quality(records, Object.keys(labels).length, bytes) };
    return { namespace, name: `source-batches/${pipeline}/${source}`, facets };
  }
  if (kind === 'DatasetVersion') {
    const { pipeline, schema, kept, labels, rows } = await artifacts.get(kind, id);
    const facets = {
      version,
      schema: facet('1-2-0/SchemaDatasetFacet', { fields: schema.map((field) => ({ ...field })) }),
      dataQualityMetrics: quality(kept, labels.length, rows.bytes),
    };
    return { namespace, name: `dataset-versions/${pipeline}`, facets };
  }
  const manifest = await artifacts.get(kind, id);
  const of = 'pipeline' in manifest ? manifest.pipeline : manifest.model;
  return { namespace, name: `${label(kind)}/${of}`, facets: { version } };
};
