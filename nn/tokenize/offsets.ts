/** The high half of a surrogate pair with its low half. */
const SURROGATE_PAIR = /[\ud800-\udbff][\udc00-\udfff]/;

/**
 * From positions in code points to positions in UTF-16 code units, which is what JavaScript's strings count. A lone
 * surrogate is one of both. `units` has one entry more than the text has code points.
 */
export function codeUnitPositions(text: string): (codePoint: number) => number {
  if (!SURROGATE_PAIR.test(text)) return (codePoint) => codePoint;
  const units = new Uint32Array(text.length + 1);
  let codePoints = 0;
  for (let unit = 0; unit < text.length; unit += text.codePointAt(unit)! > 0xffff ? 2 : 1) {
    units[codePoints++] = unit;
  }
  units[codePoints] = text.length;
  return (codePoint) => units[Math.min(codePoint, codePoints)]!;
}

/** At most `length` code units of the text, without half of a surrogate pair at the end. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, text.codePointAt(length - 1)! > 0xffff ? length - 1 : length);
}
