import type { ByteSource } from '../byteSource.js';
import { corrupt, unsupported } from './corrupt.js';
import { Cursor } from './cursor.js';
import { type Metadata, readMetadata } from './metadata.js';
import { type Quantization, quantization } from './quantization.js';

export interface GgufTensor {
  readonly name: string;
  /** Outermost first, as everywhere here; the file has them the other way round. */
  readonly dims: readonly number[];
  readonly quantization: Quantization;
  /** Bounds of the values in the file's bytes. */
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** "GGUF" as a little-endian word. */
const MAGIC = 0x46554747;
const ALIGNMENT_DEFAULT = 32;

/** ggml's own limit. */
const RANK_MAX = 4;

/** The largest published LLaMA has 1,138. */
const TENSORS_MAX = 65_536;

/** An entry's least size: an empty string or name, a type, a value. */
const METADATA_ENTRY_BYTES = 13;
const TENSOR_ENTRY_BYTES = 24;

/**
 * Reads and verifies the header of a GGUF file of version 2 or 3: counts, metadata, then the table of tensors, whose
 * values begin at the next multiple of the alignment. No two tensors overlap and all lie inside the file. Memory is
 * bounded by the file's size.
 *
 * Source: docs/gguf.md of ggml-org/ggml. Throws WEIGHTS_CORRUPT, or BASE_MODEL_UNSUPPORTED for another version, a
 * big-endian file or a quantisation not known here.
 */
export function readGgufHeader(source: ByteSource): GgufHeader {
  const cursor = new Cursor(source);
  if (cursor.uint32() !== MAGIC) throw corrupt('it does not begin with "GGUF"');
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) {
    throw unsupported(version & 0xffff ? `version ${version}, known are 2 and 3` : 'it is big-endian');
  }
  const tensorCount = cursor.count('tensors', TENSOR_ENTRY_BYTES);
  const metadata = readMetadata(cursor, cursor.count('metadata entries', METADATA_ENTRY_BYTES));
  if (tensorCount > TENSORS_MAX) throw unsupported(`it has ${tensorCount} tensors, over ${TENSORS_MAX}`);
  const entries = Array.from({ length: tensorCount }, () => readEntry(cursor));
  const alignment = readAlignment(metadata);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { begin, end, ...entry } of entries) {
    if (tensors.has(entry.name)) throw corrupt(`tensor ${JSON.stringify(entry.name)} occurs twice`);
    if (begin % alignment !== 0) throw corrupt(`${entry.name} begins off the alignment of ${alignment}`);
    tensors.set(entry.name, { ...entry, begin: dataStart + begin, end: dataStart + end });
  }
  requireApart([...tensors.values()], source.size);
  return { metadata, tensors };
}

/** Bounds are relative to the start of the values, which is not known before the table ends. */
function readEntry(cursor: Cursor): GgufTensor {
  const name = cursor.string('a tensor name');
  const rank = cursor.uint32();
  if (rank > RANK_MAX) throw corrupt(`${JSON.stringify(name)} has ${rank} dimensions`);
  const dims = Array.from({ length: rank }, () => size(cursor, name)).reverse();
  const stored = quantization(name, cursor.uint32());
  const begin = size(cursor, name);
  return { name, dims, quantization: stored, begin, end: begin + storedBytes(name, dims, stored) };
}

function size(cursor: Cursor, name: string): number {
  const value = Number(cursor.take(8).getBigUint64(0, true));
  if (!Number.isSafeInteger(value)) throw corrupt(`a size or offset of ${JSON.stringify(name)} is ${value}`);
  return value;
}

function storedBytes(
  name: string,
  dims: readonly number[],
  { blockValues, blockBytes }: Quantization,
): number {
  if ((dims.at(-1) ?? 1) % blockValues !== 0) {
    throw corrupt(`rows of ${JSON.stringify(name)} are no multiple of its blocks of ${blockValues}`);
  }
  let values = 1;
  for (const dim of dims) {
    values *= dim;
    // Four bytes a value, so that no later product of it overflows.
    if (!Number.isSafeInteger(values * 4)) throw corrupt(`${JSON.stringify(name)} is larger than any file`);
  }
  return (values / blockValues) * blockBytes;
}

function readAlignment(metadata: Metadata): number {
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT_DEFAULT;
  // ggml demands a power of two as well.
  if (typeof alignment === 'number' && alignment > 0 && Number.isInteger(Math.log2(alignment)))
    return alignment;
  throw corrupt(`general.alignment is ${String(alignment)}, no power of two`);
}

function requireApart(tensors: GgufTensor[], fileEnd: number): void {
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of tensors) {
    if (begin < position)
      throw corrupt(`${name} begins at ${begin}, the tensor before it ends at ${position}`);
    if (end > fileEnd) {
      throw corrupt(`${name} ends at byte ${end}, the file after ${fileEnd}; it was cut, fetch it again`);
    }
    position = end;
  }
}
