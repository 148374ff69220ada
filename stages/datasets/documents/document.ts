/** What a reader took out of a document, or why it could not, as a short kebab-case word. */
export type Document =
  | { readonly text: string; readonly notes: readonly string[] }
  | { readonly fault: string };

export type DocumentReader = (raw: Uint8Array, textFields: readonly string[]) => Promise<Document>;

/** Text and pictures stay below this, bombs pass it. */
const RATIO_MAX = 50;
const FREE_BYTES = 64 * 2 ** 20;

/** What all compressed parts of a document may unpack to: its reader holds them in memory. */
export const unpackedBytesMax = (fileBytes: number): number => Math.max(FREE_BYTES, RATIO_MAX * fileBytes);
