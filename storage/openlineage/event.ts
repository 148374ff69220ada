import { toPlumblineError } from '../../contracts/index.js';
import type { ArtifactStore, WorkReport } from '../../stages/ports.js';
import { sha256Hex } from '../digest.js';
import { datasetOf, type Named, namedArtifacts } from './datasets.js';
import { facet, type OpenLineageDataset, PRODUCER, SCHEMA_URL } from './facets.js';

/** A UUID of version 8 (RFC 9562, section 5.8) that the same text always has. */
const uuidOf = (text: string): string => {
  const hex = sha256Hex(text);
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

interface EventContext {
  readonly artifacts: Pick<ArtifactStore, 'get'>;
  readonly namespace: string;
}

const same = (a: Named, b: Named): boolean => a.kind === b.kind && a.id === b.id;

/** A manifest that cannot be read costs its dataset, not the event. */
const datasetsOf = async (
  { artifacts, namespace }: EventContext,
  named: readonly Named[],
): Promise<OpenLineageDataset[]> => {
  const found = await Promise.allSettled(named.map((each) => datasetOf(artifacts, namespace, each)));
  return found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
};

/** Where a collection reads: what the pipeline file calls it, never its address. */
const originOf = (namespace: string, input: unknown): OpenLineageDataset[] => {
  if (typeof input !== 'object' || input === null || !('source' in input) || !('pipeline' in input))
    return [];
  const { source, pipeline } = input;
  if (typeof pipeline !== 'object' || pipeline === null || !('name' in pipeline)) return [];
  return [{ namespace, name: `sources/${String(pipeline.name)}/${String(source)}`, facets: {} }];
};

const runFacets = (namespace: string, { workflow, codeVersion, failure }: WorkReport) => ({
  ...(workflow !== undefined && {
    parent: facet('1-2-0/ParentRunFacet', {
      run: { runId: workflow.runId },
      job: { namespace, name: workflow.type },
    }),
  }),
  processing_engine: facet('1-1-1/ProcessingEngineRunFacet', { name: 'plumbline', version: codeVersion }),
  ...(failure !== undefined && {
    errorMessage: facet('1-0-1/ErrorMessageRunFacet', {
      message: `${toPlumblineError(failure).code}: ${toPlumblineError(failure).message}`,
      programmingLanguage: 'TypeScript',
    }),
  }),
});

/**
 * A run event of OpenLineage for one attempt of an activity.
 * @param eventTime ISO 8601
 */
export const runEvent = async (context: EventContext, report: WorkReport, eventTime: string) => {
  const { namespace } = context;
  const { workflow, activityId, attempt, job, codeVersion } = report;
  const read = namedArtifacts(report.input);
  const made = namedArtifacts(report.output).filter((each) => !read.some((known) => same(known, each)));
  return {
    eventType: report.state,
    eventTime,
    producer: PRODUCER,
    schemaURL: SCHEMA_URL,
    run: {
      runId: uuidOf(JSON.stringify([workflow?.runId ?? null, activityId, attempt])),
      facets: runFacets(namespace, report),
    },
    job: {
      namespace,
      name: job,
      facets: {
        jobType: facet('2-0-4/JobTypeJobFacet', {
          processingType: 'BATCH',
          integration: 'PLUMBLINE',
          jobType: 'ACTIVITY',
        }),
        sourceCodeLocation: facet('1-1-0/SourceCodeLocationJobFacet', {
          type: 'package',
          url: `urn:plumbline:${encodeURIComponent(codeVersion)}`,
          version: codeVersion,
        }),
      },
    },
    inputs: [...originOf(namespace, report.input), ...(await datasetsOf(context, read))],
    outputs: await datasetsOf(context, made),
  };
};
