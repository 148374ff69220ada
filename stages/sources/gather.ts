import type { Source, SourceRecord } from '../../contracts/index.js';
import type { RawRecord } from './connectors/connector.js';
import { groupOf, type RecordLabel } from './labels.js';

/** What is known of a record once it has been read, without its bytes. */
export type GatheredRecord = Omit<SourceRecord, 'pipeline' | 'source' | 'batchId'> & {
  /** False when the record was too large to be held. */
  readonly keepsRaw: boolean;
  /** The labels it counts for. */
  readonly counted: readonly string[];
};

export interface Gathered {
  /** Ordered by record id. */
  readonly records: readonly GatheredRecord[];
  /** Records whose bytes had been met before, at an earlier path. */
  readonly identical: number;
}

/**
 * Gathers records without their bytes. Equal bytes are one record, found at the first path; if the paths give
 * them different labels, nobody can say which is right and the record is quarantined.
 */
export const gatherRecords = (source: Source, labelOf: (record: RawRecord) => RecordLabel) => {
  const found = new Map<string, GatheredRecord>();
  let identical = 0;
  return {
    /** @returns whether its bytes are met for the first time. */
    add: (record: RawRecord): boolean => {
      const { label = '', counted, fault } = labelOf(record);
      const earlier = found.get(record.sha256);
      if (earlier !== undefined) {
        identical += 1;
        if (earlier.label !== label && earlier.quarantineReason === null)
          found.set(record.sha256, { ...earlier, quarantineReason: 'conflicting-label' });
        return false;
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
      return true;
    },
    gathered: (): Gathered => ({
      records: [...found.values()].sort((a, b) => (a.recordId < b.recordId ? -1 : 1)),
      identical,
    }),
  };
};
