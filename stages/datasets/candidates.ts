import { CATALOG_PIPELINE, type Pipeline, plumblineError, type SourceRecord } from '../../contracts/index.js';
import { readChains } from '../chain.js';
import type { Candidate, Decision } from './clean.js';
import type { DatasetsContext } from './ports.js';
import { CONFLICTING_LABEL } from './rules/duplicates.js';
import { exactDuplicate } from './rules/index.js';

export interface Candidates {
  /** Records read, those of equal bytes in several batches each time they were. */
  readonly read: number;
  /** Ordered by record id. */
  readonly candidates: readonly Candidate[];
  readonly decisions: readonly Decision[];
}

const dropped = (recordId: string, reason: string): Decision => ({
  recordId,
  action: 'dropped',
  rule: exactDuplicate.name,
  reason,
  relatedRecordId: recordId,
});

/** All of a record's occurrences: one of them counts, unless they disagree on the label. */
const choose = (
  occurrences: readonly SourceRecord[],
): { chosen: SourceRecord | null; decisions: Decision[] } => {
  const [first, ...others] = occurrences as readonly [SourceRecord, ...SourceRecord[]];
  if (others.some(({ label }) => label !== first.label))
    return {
      chosen: null,
      decisions: occurrences.map(({ recordId }) => dropped(recordId, CONFLICTING_LABEL)),
    };
  return { chosen: first, decisions: others.map(({ recordId }) => dropped(recordId, exactDuplicate.name)) };
};

const foreignBatch = ({ name, sources }: Pipeline, { source, batchId }: SourceRecord) =>
  plumblineError(
    'DATASET_INVALID',
    `batch ${batchId} is of source "${source}", which ${name} does not name`,
    {
      details: { source, sources: sources.map((known) => known.name) },
    },
  );

/** The section of the pipeline that a record was collected for; what the catalog collected goes by its name there. */
const sourceFinder = ({ sources }: Pipeline) => {
  const own = new Map(sources.map((source) => [source.name, source]));
  const catalogued = new Map(
    sources.flatMap((source) => (source.connector === 'catalog' ? [[source.source, source]] : [])),
  );
  return ({ pipeline, source }: SourceRecord): Pipeline['sources'][number] | undefined =>
    (pipeline === CATALOG_PIPELINE ? catalogued : own).get(source);
};

/**
 * The records of the batches and of all that they go on from; one that several batches hold is one record.
 * @throws CLICKHOUSE_UNREACHABLE, OBJECT_NOT_FOUND, OBJECT_CORRUPT; DATASET_INVALID for a batch of a source that the pipeline does not name
 */
export const gatherCandidates = async (
  ctx: DatasetsContext,
  pipeline: Pipeline,
  batches: readonly string[],
): Promise<Candidates> => {
  const sourceOf = sourceFinder(pipeline);
  const occurrences = new Map<string, SourceRecord[]>();
  let read = 0;
  for (const { id } of await readChains(ctx.artifacts, batches))
    for (const record of await ctx.records.readBatch(id)) {
      read += 1;
      const same = occurrences.get(record.recordId);
      if (same === undefined) occurrences.set(record.recordId, [record]);
      else same.push(record);
    }
  const candidates: Candidate[] = [];
  const decisions: Decision[] = [];
  for (const same of occurrences.values()) {
    const choice = choose(same);
    decisions.push(...choice.decisions);
    if (choice.chosen === null) continue;
    const { recordId, format, label, group } = choice.chosen;
    const source = sourceOf(choice.chosen);
    if (source === undefined) throw foreignBatch(pipeline, choice.chosen);
    const { textFields, label: labelledBy } = source;
    candidates.push({ recordId, format, label, group, textFields, labelledBy });
  }
  candidates.sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  return { read, candidates, decisions };
};
