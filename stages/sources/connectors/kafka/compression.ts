import { gunzipSync } from 'node:zlib';
import { type CompressionAlgorithmSpecification, compressionsAlgorithmsByBitmask } from '@platformatic/kafka';
import { decompressZstd } from 'hyparquet-compressors';

/** A batch of a broker's default size (1 MiB) may not grow to more than this. */
const BATCH_BYTES_MAX = 256 * 1024 * 1024;
const GZIP = 1;
const SNAPPY = 2;
const ZSTD = 4;

const bytesOf = (data: Buffer | { readonly buffer: Buffer }): Buffer =>
  Buffer.isBuffer(data) ? data : data.buffer;

/** What snappy-java, and so every Java producer, puts around its blocks: a magic word and two versions of 4 bytes. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const FRAME_BYTES = FRAMED.byteLength + 8;

type Decompress = (block: Buffer) => Buffer;

/** Snappy in snappy-java's frame (each block after its length, 32 bits, big-endian) or as one bare block. */
const snappyBlocks = (bytes: Buffer, block: Decompress): Buffer => {
  if (!bytes.subarray(0, FRAMED.byteLength).equals(FRAMED)) return block(bytes);
  const plain: Buffer[] = [];
  for (let at = FRAME_BYTES; at < bytes.byteLength; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    plain.push(block(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(plain);
};

let bareSnappy: Decompress | undefined;

/**
 * Node.js 20 has no zstd, and the client knows no framed snappy and no bound of gzip: its table of codecs is
 * completed. Doing so again changes nothing.
 */
export const registerCodecs = (): void => {
  // Its type says read-only; the table is the place where the client looks codecs up.
  const codecs = compressionsAlgorithmsByBitmask as Record<number, CompressionAlgorithmSpecification>;
  codecs[ZSTD]!.decompressSync = (data) => {
    const plain = decompressZstd(bytesOf(data));
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  };
  bareSnappy ??= codecs[SNAPPY]!.decompressSync;
  const block = bareSnappy;
  codecs[SNAPPY]!.decompressSync = (data) => snappyBlocks(bytesOf(data), block);
  codecs[GZIP]!.decompressSync = (data) => gunzipSync(bytesOf(data), { maxOutputLength: BATCH_BYTES_MAX });
};
