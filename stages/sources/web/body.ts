import { type Readable, Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpFault } from './fault.js';

/** Text shrinks to a twentieth at best; what unpacks to more than this was made to fill a disk. */
const RATIO_MAX = 200;
/** Below this size the ratio says nothing: repeated rows pack well. */
const RATIO_BYTES_MIN = 1024 * 1024;
const CODINGS_MAX = 2;

const unpackerOf = (coding: string): Transform | null => {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'identity':
    case '':
      return null;
    default:
      throw new HttpFault('malformed-answer', `the content coding ${coding.slice(0, 20)} was not asked for`);
  }
};

/** Counts what passes and stops when there is too much of it. */
const counter = (count: { bytes: number }, check: () => HttpFault | null): Transform =>
  new Transform({
    transform(chunk: Uint8Array, _encoding, callback: TransformCallback) {
      count.bytes += chunk.byteLength;
      const fault = check();
      if (fault === null) callback(null, chunk);
      else callback(fault);
    },
  });

export interface BodyLimits {
  readonly contentEncoding: string;
  readonly bytesMax: number;
  /** Whether content beyond the limit is a fault or left unread; of cut content the last 256 KiB may be missing. */
  readonly tooLarge: 'fault' | 'cut';
}

/**
 * An answer's content, unpacked (RFC 9110, 8.4), of at most `bytesMax` bytes; memory is bounded by that.
 * @throws HttpFault too-large, compression-bomb, malformed-answer; what the stream itself throws
 */
export const readBody = async (
  body: Readable,
  { contentEncoding, bytesMax, tooLarge }: BodyLimits,
): Promise<Uint8Array> => {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.length > CODINGS_MAX)
    throw new HttpFault('compression-bomb', `the answer is packed ${codings.length} times`);
  const unpackers = codings.reverse().flatMap((coding) => unpackerOf(coding) ?? []);
  const received = { bytes: 0 };
  const unpacked = { bytes: 0 };
  const chunks: Uint8Array[] = [];
  const overflow = new HttpFault('too-large', `the answer has more than ${bytesMax} bytes`);
  try {
    await pipeline([
      body,
      counter(received, () => (received.bytes > bytesMax ? overflow : null)),
      ...unpackers,
      counter(unpacked, () => {
        if (unpacked.bytes > RATIO_BYTES_MIN && unpacked.bytes > RATIO_MAX * received.bytes)
          return new HttpFault('compression-bomb', `the answer unpacks to over ${RATIO_MAX} times its size`);
        return unpacked.bytes > bytesMax ? overflow : null;
      }),
      new Writable({
        write(chunk: Uint8Array, _encoding, callback) {
          chunks.push(chunk);
          callback();
        },
      }),
    ]);
  } catch (thrown) {
    if (thrown !== overflow || tooLarge === 'fault') throw thrown;
  }
  return Buffer.concat(chunks);
};
