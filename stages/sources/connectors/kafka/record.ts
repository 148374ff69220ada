import type { KafkaSource } from '../../../../contracts/index.js';
import { faultyRecord, rowRecord } from '../../formats/row.js';
import type { RawRecord } from '../connector.js';
import { messageRecord, metadataText } from '../messaging/message.js';
import type { LogBatch, LogRecord } from './committed.js';
import type { Stretch } from './plan.js';

/** Type of the timestamps of a batch: when it was appended to the log, not when its messages were made. */
const LOG_APPEND_TIME = 1 << 3;

/** A header is the field `headers.NAME`; one that is there several times is a list. */
const headerFields = (headers: LogRecord['headers']): Readonly<Record<string, string | string[]>> => {
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const field = `headers.${metadataText(name ?? Buffer.alloc(0))}`;
    const text = value === null ? '' : metadataText(value);
    const earlier = fields[field];
    fields[field] = earlier === undefined ? text : [earlier, text].flat();
  }
  return fields;
};

const timestampOf = (batch: LogBatch, record: LogRecord): string | null => {
  const milliseconds =
    (batch.attributes & LOG_APPEND_TIME) !== 0
      ? batch.maxTimestamp
      : batch.firstTimestamp + record.timestampDelta;
  const instant = new Date(Number(milliseconds));
  return milliseconds < 0n || Number.isNaN(instant.getTime()) ? null : instant.toISOString();
};

export const placeOf = ({ topic, partition }: Stretch): string => `${topic}/${partition}`;

/**
 * A message with `key`, `timestamp` and its headers as fields. Its place in the log is no part of the bytes: a message
 * that its producer sent twice is the same record. A tombstone says that its key was deleted, and has no text.
 */
export const recordOf = (
  source: KafkaSource,
  stretch: Stretch,
  batch: LogBatch,
  record: LogRecord,
): RawRecord => {
  const metadata = {
    ...(record.key !== null && { key: metadataText(record.key) }),
    timestamp: timestampOf(batch, record),
    ...headerFields(record.headers),
  };
  return {
    path: placeOf(stretch),
    position: Number(batch.firstOffset) + record.offsetDelta,
    format: 'jsonl',
    ...(record.value === null
      ? { ...rowRecord(metadata, source.recordBytesMax), fault: 'tombstone' }
      : messageRecord(record.value, metadata, source)),
  };
};

/** What stands for messages that nobody can read any more. */
export const gapRecord = (source: KafkaSource, stretch: Stretch): RawRecord | null => {
  const { gap, topic, topicId, partition } = stretch;
  if (gap === null) return null;
  const lost = { topic, topicId, partition, from: Number(gap.from), to: Number(gap.to), reason: gap.reason };
  return {
    path: placeOf(stretch),
    position: Number(gap.from),
    format: 'jsonl',
    ...faultyRecord(Buffer.from(JSON.stringify(lost)), source.recordBytesMax, gap.reason),
  };
};
