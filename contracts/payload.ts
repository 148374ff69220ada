import { plumblineError } from './errors.js';

/** Histories carry ids and counts; anything larger goes by reference to the object store. */
export const PAYLOAD_BYTES_MAX = 64 * 1024;

/** @throws PAYLOAD_TOO_LARGE when the value's JSON exceeds {@link PAYLOAD_BYTES_MAX}. @returns the value. */
export const assertPayloadSize = <T>(what: string, value: T): T => {
  const bytes = new TextEncoder().encode(JSON.stringify(value) ?? '').byteLength;
  if (bytes > PAYLOAD_BYTES_MAX)
    throw plumblineError(
      'PAYLOAD_TOO_LARGE',
      `${what} has ${bytes} bytes; at most ${PAYLOAD_BYTES_MAX} may pass`,
      {
        details: { bytes, bytesMax: PAYLOAD_BYTES_MAX },
      },
    );
  return value;
};
