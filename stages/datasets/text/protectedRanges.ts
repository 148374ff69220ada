/** A stretch of a text, end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Web and mail addresses, paths and hashes: what a rule on words or numbers must leave alone. */
const PROTECTED =
  /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s<>"]+|\bwww\.[^\s<>"]+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+|(?<!\S)(?:[A-Za-z]:)?[\\/][\w.\\/-]{2,}|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|de|fr|cn|uk|eu|html?|php|pdf|docx?|xlsx?|zip|js|py)\b[^\s<>"]*/giu;

export const protectedRanges = (text: string): readonly Range[] =>
  [...text.matchAll(PROTECTED)].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));

/** Whether a stretch meets one of the ranges, which are in the order of the text. */
export const meets = (ranges: readonly Range[], { start, end }: Range): boolean => {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]!.start < end;
};
