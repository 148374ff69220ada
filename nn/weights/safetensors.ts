import { NnError } from '../errors.js';
import { BYTES_PER_ELEMENT, type DType, elementCount, type Tensor } from '../tensor.js';
import { type ByteSource, memorySource } from './byteSource.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half.js';
import { readHeader, type SafetensorsHeader, type StoredTensor } from './safetensorsHeader.js';
import { bytesOf, viewAs } from './views.js';

export interface SafetensorsFile {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: SafetensorsHeader['metadata'];
}

/**
 * The tensors of a safetensors file in the order of their bytes; F16 and BF16 are widened to float32. Where alignment
 * allows, `data` is a view on `bytes`, so a 90 MB model is not copied.
 *
 * Throws WEIGHTS_CORRUPT for anything the format does not allow, BASE_MODEL_UNSUPPORTED for other element types.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  return readSafetensorsFile(bytes).tensors;
}

/** Like `readSafetensors`, with the file's `__metadata__`. */
export function readSafetensorsFile(bytes: Uint8Array): SafetensorsFile {
  return readSafetensorsSource(memorySource(bytes));
}

/** Like `readSafetensorsFile`, from wherever the bytes are. */
export function readSafetensorsSource(source: ByteSource): SafetensorsFile {
  const { tensors, metadata } = readHeader(source);
  return { tensors: new Map(tensors.map((stored) => [stored.name, readTensor(source, stored)])), metadata };
}

/**
 * One safetensors file with equal bytes for equal content. Larger element types come first and names are sorted, as
 * in the reference writer, so that every tensor is aligned. `transformers` loads the file only when `metadata` holds
 * `format: 'pt'`.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    file.set(part, position);
    position += part.length;
  }
  return file;
}

/** The same file as byte ranges to be written one after another: the header, then views on the tensors. */
export function safetensorsParts(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  const entries = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      BYTES_PER_ELEMENT[b.dtype] - BYTES_PER_ELEMENT[a.dtype] || compareText(nameA, nameB),
  );
  const header = encodeHeader(entries, metadata);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return [length, header, ...entries.map(([, { data }]) => bytesOf(data))];
}

const STORED_AS: Readonly<Record<DType, string>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  bool: 'BOOL',
};

function encodeHeader(
  entries: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const fields: [string, unknown][] = [];
  const metadataKeys = Object.keys(metadata).sort(compareText);
  if (metadataKeys.length > 0) {
    fields.push(['__metadata__', Object.fromEntries(metadataKeys.map((key) => [key, metadata[key]]))]);
  }
  let begin = 0;
  for (const [name, { dtype, dims, data }] of entries) {
    if (name === '__metadata__' || data.length !== elementCount(dims)) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `cannot store tensor ${name}: ${data.length} values, shape [${dims}]`,
      );
    }
    const end = begin + data.byteLength;
    fields.push([name, { dtype: STORED_AS[dtype], shape: dims, data_offsets: [begin, end] }]);
    begin = end;
  }
  // Built by hand because an object literal would reorder names that look like integers.
  const json = `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const unpadded = new TextEncoder().encode(json);
  const padded = new Uint8Array(Math.ceil(unpadded.length / 8) * 8).fill(0x20);
  padded.set(unpadded);
  return padded;
}

function readTensor(source: ByteSource, { type, dims, begin, end }: StoredTensor): Tensor {
  const range = source.read(begin, end - begin);
  switch (type) {
    case 'F32':
      return { dtype: 'float32', dims, data: viewAs(Float32Array, range) };
    case 'F16':
      return { dtype: 'float32', dims, data: float16ToFloat32(viewAs(Uint16Array, range)) };
    case 'BF16':
      return { dtype: 'float32', dims, data: bfloat16ToFloat32(viewAs(Uint16Array, range)) };
    case 'I64':
      return { dtype: 'int64', dims, data: viewAs(BigInt64Array, range) };
    case 'I32':
      return { dtype: 'int32', dims, data: viewAs(Int32Array, range) };
    case 'BOOL':
      return { dtype: 'bool', dims, data: viewAs(Uint8Array, range) };
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
