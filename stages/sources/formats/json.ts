import { createReadStream } from 'node:fs';
import type { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, type FormatRecord, noField } from './format.js';
import { JsonItems } from './jsonItems.js';
import { faultyRecord, rowRecord } from './row.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

const toRecord = (item: BoundedBytes, recordBytesMax: number): FormatRecord => {
  const gathered = item.finish();
  if (gathered.raw === null) return { ...gathered, field: noField, fault: 'too-large' };
  let text: string;
  try {
    text = decoder.decode(gathered.raw);
  } catch {
    return faultyRecord(gathered.raw, recordBytesMax, 'not-utf-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return faultyRecord(gathered.raw, recordBytesMax, 'malformed-json');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return faultyRecord(gathered.raw, recordBytesMax, 'not-an-object');
  return rowRecord(value as Readonly<Record<string, unknown>>, recordBytesMax);
};

/** One record an object of the list at the pointer, or the object that stands there (RFC 8259). */
export const json: FormatReader = async function* (file, { recordBytesMax, list = '' }) {
  const items = new JsonItems(list, recordBytesMax);
  for await (const part of createReadStream(file) as AsyncIterable<Uint8Array>)
    for (const item of items.push(part)) yield toRecord(item, recordBytesMax);
  const last = items.finish();
  if (last !== null) yield toRecord(last, recordBytesMax);
};
