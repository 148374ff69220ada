import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/index.js';

/** SHA-256 as 64 lower-case hex digits (FIPS 180-4). Texts are hashed as UTF-8. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');

/** The content address of a value: SHA-256 of its canonical JSON. */
export const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));
