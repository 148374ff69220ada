import { corrupt, unsupported } from './corrupt.js';
import type { Cursor } from './cursor.js';

/** A list of numbers keeps the file's own element type, so that it takes no more memory than it took in the file. */
export type MetadataList =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

export type MetadataValue = number | bigint | boolean | string | MetadataList;
export type Metadata = ReadonlyMap<string, MetadataValue>;

interface NumberType {
  readonly bytes: number;
  readonly one: (view: DataView) => number | bigint;
  readonly list: (buffer: ArrayBuffer) => MetadataList;
}

/** The value types of the GGUF specification that are numbers, by their number in the file. */
const NUMBERS: ReadonlyMap<number, NumberType> = new Map<number, NumberType>([
  [0, { bytes: 1, one: (view) => view.getUint8(0), list: (buffer) => new Uint8Array(buffer) }],
  [1, { bytes: 1, one: (view) => view.getInt8(0), list: (buffer) => new Int8Array(buffer) }],
  [2, { bytes: 2, one: (view) => view.getUint16(0, true), list: (buffer) => new Uint16Array(buffer) }],
  [3, { bytes: 2, one: (view) => view.getInt16(0, true), list: (buffer) => new Int16Array(buffer) }],
  [4, { bytes: 4, one: (view) => view.getUint32(0, true), list: (buffer) => new Uint32Array(buffer) }],
  [5, { bytes: 4, one: (view) => view.getInt32(0, true), list: (buffer) => new Int32Array(buffer) }],
  [6, { bytes: 4, one: (view) => view.getFloat32(0, true), list: (buffer) => new Float32Array(buffer) }],
  [10, { bytes: 8, one: (view) => view.getBigUint64(0, true), list: (buffer) => new BigUint64Array(buffer) }],
  [11, { bytes: 8, one: (view) => view.getBigInt64(0, true), list: (buffer) => new BigInt64Array(buffer) }],
  [12, { bytes: 8, one: (view) => view.getFloat64(0, true), list: (buffer) => new Float64Array(buffer) }],
]);
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;

/** The specification's limit. */
const KEY_BYTES_MAX = 65_535;

/** Published models have some fifty. */
const ENTRIES_MAX = 65_536;

/** Reads `count` entries of key, type and value. */
export function readMetadata(cursor: Cursor, count: number): Metadata {
  if (count > ENTRIES_MAX) throw unsupported(`it has ${count} metadata entries, over ${ENTRIES_MAX}`);
  const metadata = new Map<string, MetadataValue>();
  for (let entry = 0; entry < count; entry++) {
    const key = cursor.string('a metadata key');
    if (key.length > KEY_BYTES_MAX) throw corrupt(`a metadata key has ${key.length} characters`);
    if (metadata.has(key)) throw corrupt(`metadata ${JSON.stringify(key)} occurs twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}

function readValue(cursor: Cursor, key: string): MetadataValue {
  const type = cursor.uint32();
  const number = NUMBERS.get(type);
  if (number) return number.one(cursor.take(number.bytes));
  if (type === BOOL) return readFlag(cursor.take(1).getUint8(0), key);
  if (type === STRING) return cursor.string(key);
  if (type === ARRAY) return readList(cursor, key);
  throw corrupt(`metadata ${JSON.stringify(key)} has the unknown type ${type}`);
}

function readList(cursor: Cursor, key: string): MetadataList {
  const type = cursor.uint32();
  if (type === STRING) {
    const strings: string[] = [];
    for (let left = cursor.count(`strings of ${key}`, 8); left > 0; left--) strings.push(cursor.string(key));
    return strings;
  }
  const number = NUMBERS.get(type === BOOL ? 0 : type);
  // llama.cpp refuses lists of lists too; no model has one.
  if (!number) throw corrupt(`metadata ${JSON.stringify(key)} is a list of the type ${type}`);
  const { buffer, byteOffset, byteLength } = cursor.take(
    cursor.count(`values of ${key}`, number.bytes) * number.bytes,
  );
  const list = number.list((buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength));
  if (type === BOOL) for (const flag of list as Uint8Array) readFlag(flag, key);
  return list;
}

function readFlag(byte: number, key: string): boolean {
  if (byte > 1) throw corrupt(`metadata ${JSON.stringify(key)} is neither true nor false: ${byte}`);
  return byte === 1;
}
