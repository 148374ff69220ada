import { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, type FormatRecord, noField } from './format.js';
import { readLines } from './lines.js';
import { faultyRecord, rowRecord } from './row.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

const toRecord = (gathered: BoundedBytes, recordBytesMax: number): FormatRecord | null => {
  const line = gathered.finish();
  if (line.raw === null) return { ...line, field: noField, fault: 'too-large' };
  let text: string;
  try {
    text = decoder.decode(line.raw);
  } catch {
    return faultyRecord(line.raw, recordBytesMax, 'not-utf-8');
  }
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return faultyRecord(line.raw, recordBytesMax, 'malformed-json');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return faultyRecord(line.raw, recordBytesMax, 'not-an-object');
  return rowRecord(value as Readonly<Record<string, unknown>>, recordBytesMax);
};

/** One JSON object a line; empty lines are passed over. */
export const jsonl: FormatReader = async function* (file, { recordBytesMax }) {
  let line = new BoundedBytes(recordBytesMax);
  for await (const { bytes, ends } of readLines(file)) {
    line.push(bytes);
    if (!ends) continue;
    const record = toRecord(line, recordBytesMax);
    line = new BoundedBytes(recordBytesMax);
    if (record !== null) yield record;
  }
};
