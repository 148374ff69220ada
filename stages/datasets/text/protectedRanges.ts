/** A stretch of a text, end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Web and mail addresses, paths and names of files: what a rule on words or numbers must leave alone. Every repetition that
 * could begin at many places is bounded, so that a long run of letters costs no more than its length.
 */
const PROTECTED = new RegExp(
  [
    '(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,15}:\\/\\/[^\\s<>"]+',
    '(?<![\\p{L}\\p{N}_])www\\.[^\\s<>"]+',
    '(?<![\\p{L}\\p{N}._%+-])[\\p{L}\\p{N}._%+-]{1,64}@[\\p{L}\\p{N}-]{1,63}(?:\\.[\\p{L}\\p{N}-]{1,63}){1,8}',
    '(?<!\\S)(?:[A-Za-z]:)?[\\\\/][\\w.\\\\/-]{2,}',
    '(?<![\\w.-])[\\w-]{1,63}(?:\\.[\\w-]{1,63}){0,8}\\.(?:com|org|net|edu|gov|io|de|fr|cn|uk|eu|html?|php|pdf|docx?|xlsx?|zip|js|py)(?!\\w)[^\\s<>"]*',
  ].join('|'),
  'giu',
);

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
