import type { Source, SourceRecord } from '../../contracts/index.js';
import { createPace } from '../pace.js';
import type { ConnectorContext, RawRecord } from './connectors/connector.js';
import { connectorOf } from './connectors/index.js';
import { createLabeller, groupOf } from './labels.js';
import type { SourcesContext } from './ports.js';

/** What is known of a record once it has been read, without its bytes. */
export type SurveyedRecord = Omit<SourceRecord, 'pipeline' | 'source' | 'batchId'> & {
  /** False when the record was too large to be held. */
  readonly keepsRaw: boolean;
  /** The labels it counts for. */
  readonly counted: readonly string[];
};

export interface Survey {
  /** Ordered by record id. */
  readonly records: readonly SurveyedRecord[];
  /** Records whose bytes had been met before, at an earlier path. */
  readonly identical: number;
}

/** Every record of the source, page by page. */
export async function* recordsOf(source: Source, context: ConnectorContext): AsyncGenerator<RawRecord> {
  for await (const { records } of connectorOf(source).read(source, context)) yield* records;
}

/**
 * Reads the whole source once, for the digests only. Equal bytes are one record, found at the first path; if
 * the paths give them different labels, nobody can say which is right and the record is quarantined.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, LABEL_UNKNOWN, CANCELLED
 */
export const surveySource = async (
  ctx: SourcesContext,
  source: Source,
  labels: readonly string[],
): Promise<Survey> => {
  const labeller = createLabeller(source, labels);
  const pace = createPace(ctx, { activity: `reading ${source.name}`, unit: 'records' });
  const found = new Map<string, SurveyedRecord>();
  let identical = 0;
  let read = 0;
  for await (const record of recordsOf(source, { ...ctx, cursor: null })) {
    await pace.tick(read);
    read += 1;
    const {
      label = '',
      counted,
      fault,
    } = record.fault === null ? labeller.require(record) : labeller.find(record);
    const earlier = found.get(record.sha256);
    if (earlier !== undefined) {
      identical += 1;
      if (earlier.label !== label && earlier.quarantineReason === null)
        found.set(record.sha256, { ...earlier, quarantineReason: 'conflicting-label' });
      continue;
    }
    found.set(record.sha256, {
      recordId: record.sha256,
      path: record.path,
      position: record.position,
      format: record.format,
      label,
      counted,
      group: groupOf(source, record),
      bytes: record.bytes,
      quarantineReason: record.fault ?? fault,
      keepsRaw: record.raw !== null,
    });
  }
  pace.finish(read);
  const records = [...found.values()].sort((a, b) => (a.recordId < b.recordId ? -1 : 1));
  return { records, identical };
};
