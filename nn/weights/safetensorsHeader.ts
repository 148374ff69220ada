import { NnError } from '../errors.js';
import type { ByteSource } from './byteSource.js';
import { corrupt, isRecord, parseObject } from './jsonObject.js';

/** The format's own limit, see the specification in huggingface/safetensors. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes an element takes in the file, for each element type this reader turns into a tensor. */
export const STORED_BYTES = { F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, BOOL: 1 } as const;

export type StoredType = keyof typeof STORED_BYTES;

export interface StoredTensor {
  readonly name: string;
  readonly type: StoredType;
  readonly dims: readonly number[];
  /** Bounds of the values in the file's bytes. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: readonly StoredTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads and verifies the header of a safetensors file: 8 bytes of little-endian length, then JSON. The tensors found
 * cover the rest of the file exactly: no overlap, no gap, nothing outside.
 *
 * Throws WEIGHTS_CORRUPT, or BASE_MODEL_UNSUPPORTED for an element type other than `StoredType`.
 */
export function readHeader(source: ByteSource): SafetensorsHeader {
  if (source.size < 8) throw corrupt(`the file has ${source.size} bytes, too few for a header`);
  const length = source.read(0, 8);
  const view = new DataView(length.buffer, length.byteOffset, 8);
  const headerBytes = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  if (headerBytes > MAX_HEADER_BYTES) throw corrupt(`the header claims ${headerBytes} bytes`);
  const dataStart = 8 + headerBytes;
  if (dataStart > source.size) {
    throw corrupt(
      `the header claims ${headerBytes} bytes, the file ends after ${source.size}; fetch it again`,
    );
  }
  const root = parseObject(source.read(8, headerBytes), 'the header');
  const tensors: StoredTensor[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(root)) {
    if (name === '__metadata__') metadata = readMetadata(entry);
    else tensors.push(readEntry(name, entry, dataStart));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  requireFullCover(tensors, dataStart, source.size);
  return { tensors, metadata };
}

function readMetadata(entry: unknown): Record<string, string> {
  if (!isRecord(entry)) throw corrupt('__metadata__ is not an object');
  const pairs = Object.entries(entry).map(([key, value]): [string, string] => {
    if (typeof value !== 'string') throw corrupt(`__metadata__.${key} is not a string`);
    return [key, value];
  });
  return Object.fromEntries(pairs);
}

function readEntry(name: string, entry: unknown, dataStart: number): StoredTensor {
  if (!isRecord(entry)) throw corrupt(`${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') throw corrupt(`${name} has no dtype`);
  if (!isStoredType(dtype)) {
    throw new NnError(
      'BASE_MODEL_UNSUPPORTED',
      `tensor ${name} is stored as ${dtype}; convert the weights to one of ${Object.keys(STORED_BYTES).join(', ')}`,
    );
  }
  if (!isSizes(shape)) throw corrupt(`the shape of ${name} is not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) throw corrupt(`${name} has no pair of data_offsets`);
  const [begin, end] = offsets as [number, number];
  const expected = storedBytes(name, shape, STORED_BYTES[dtype]);
  if (end - begin !== expected) {
    throw corrupt(`${name} needs ${expected} bytes for shape [${shape.join(', ')}], has ${end - begin}`);
  }
  return { name, type: dtype, dims: shape, begin: dataStart + begin, end: dataStart + end };
}

function storedBytes(name: string, shape: readonly number[], elementBytes: number): number {
  let total = elementBytes;
  for (const size of shape) {
    total *= size;
    if (!Number.isSafeInteger(total)) throw corrupt(`the shape of ${name} is larger than any file`);
  }
  return total;
}

function requireFullCover(tensors: readonly StoredTensor[], dataStart: number, fileEnd: number): void {
  let position = dataStart;
  for (const { name, begin, end } of tensors) {
    if (begin !== position) {
      throw corrupt(`${name} starts at byte ${begin}, the tensor before it ends at ${position}`);
    }
    if (end > fileEnd) {
      throw corrupt(`${name} ends at byte ${end}, the file after ${fileEnd}; it was cut, fetch it again`);
    }
    position = end;
  }
  if (position !== fileEnd) throw corrupt(`${fileEnd - position} bytes after the last tensor belong to none`);
}

function isStoredType(value: string): value is StoredType {
  return Object.hasOwn(STORED_BYTES, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
