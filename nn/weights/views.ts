import type { TensorData } from '../tensor.js';

interface ArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * Little-endian bytes as values: a view where alignment allows, else a copy. Assumes a little-endian machine, as
 * every platform of Node's native addons is.
 */
export function viewAs<T>(type: ArrayConstructor<T>, range: Uint8Array): T {
  const aligned = range.byteOffset % type.BYTES_PER_ELEMENT === 0 ? range : new Uint8Array(range);
  return new type(aligned.buffer, aligned.byteOffset, aligned.byteLength / type.BYTES_PER_ELEMENT);
}

/** The bytes of an array's values, without a copy. */
export function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
