import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/index.js';

/** SHA-256 as 64 lower-case hex digits (FIPS 180-4). Texts are hashed as UTF-8. */
export const sha256Hex = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex');

/** An artifact's canonical JSON and its content address. */
export const manifestOf = (artifact: unknown): { readonly text: string; readonly id: string } => {
  const text = canonicalJson(artifact);
  return { text, id: sha256Hex(text) };
};
