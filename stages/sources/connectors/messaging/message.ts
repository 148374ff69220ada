import type { MessageValue } from '../../../../contracts/index.js';
import type { FormatRecord } from '../../formats/format.js';
import { faultyRecord, rowRecord } from '../../formats/row.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

const utf8 = (bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/** A key or a header: its text, or `base64:` and its bytes where they are no UTF-8. */
export const metadataText = (bytes: Uint8Array): string =>
  utf8(bytes) ?? `base64:${Buffer.from(bytes).toString('base64')}`;

type Fields = Readonly<Record<string, unknown>>;

const parseObject = (text: string): { value: Fields } | { fault: string } => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'malformed-json' };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { fault: 'not-an-object' };
  return { value: value as Fields };
};

const fieldsOf = (bytes: Uint8Array, kind: MessageValue): { value: Fields } | { fault: string } => {
  if (kind === 'bytes') return { value: { value: Buffer.from(bytes).toString('base64') } };
  const text = utf8(bytes);
  if (text === null) return { fault: 'not-utf-8' };
  return kind === 'text' ? { value: { text } } : parseObject(text);
};

/**
 * A message as a row: the members of its value and what came with it (`metadata`); a member of the value covers
 * metadata of the same name. What cannot be read is kept as it came, with the reason.
 */
export const messageRecord = (
  bytes: Uint8Array,
  metadata: Fields,
  { value: kind, recordBytesMax }: { readonly value: MessageValue; readonly recordBytesMax: number },
): FormatRecord => {
  if (bytes.byteLength > recordBytesMax) return faultyRecord(bytes, recordBytesMax, 'too-large');
  const fields = fieldsOf(bytes, kind);
  if ('fault' in fields) return faultyRecord(bytes, recordBytesMax, fields.fault);
  try {
    return rowRecord({ ...metadata, ...fields.value }, recordBytesMax);
  } catch (error) {
    // Nested so deeply that the stack ends before the value does.
    if (error instanceof RangeError) return faultyRecord(bytes, recordBytesMax, 'too-deep');
    throw error;
  }
};

/** Names of the fields of a record that is a row. */
export const fieldNames = ({ raw, fault }: FormatRecord): readonly string[] =>
  raw === null || fault !== null ? [] : Object.keys(JSON.parse(Buffer.from(raw).toString('utf8')) as Fields);
