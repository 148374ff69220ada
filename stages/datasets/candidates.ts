import type { Pipeline, SourceRecord } from '../../contracts/index.js';
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

/**
 * The records of the batches; one that several batches hold is one record.
 * @throws CLICKHOUSE_UNREACHABLE
 */
export const gatherCandidates = async (
  ctx: DatasetsContext,
  pipeline: Pipeline,
  batches: readonly string[],
): Promise<Candidates> => {
  const textFields = new Map(pipeline.sources.map((source) => [source.name, source.textFields]));
  const occurrences = new Map<string, SourceRecord[]>();
  let read = 0;
  for (const batch of batches)
    for (const record of await ctx.records.readBatch(batch)) {
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
    const { recordId, format, label, group, source } = choice.chosen;
    candidates.push({ recordId, format, label, group, textFields: textFields.get(source) ?? [] });
  }
  candidates.sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  return { read, candidates, decisions };
};
