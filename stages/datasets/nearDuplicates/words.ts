/** Bound once: in a vm context (jest) each look at a global costs more than the multiplication. */
const { imul } = Math;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** What a character is to a word. */
const UNKNOWN = 0;
const BETWEEN = 1;
const INSIDE = 2;
/** Scripts that put no space between words are read character by character. */
const ALONE = 3;

const ALONE_PATTERN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;
const INSIDE_PATTERN = /[\p{L}\p{N}\p{M}]/u;

const kindOf = (character: string): number => {
  if (ALONE_PATTERN.test(character)) return ALONE;
  return INSIDE_PATTERN.test(character) ? INSIDE : BETWEEN;
};

/** Filled as characters are met: asking a pattern for each would take ten times as long. */
const kinds = new Uint8Array(0x10000);
const lowers = new Uint16Array(0x10000);

const learn = (unit: number): number => {
  const character = String.fromCharCode(unit);
  const lower = character.toLowerCase();
  // One whose lower case is two units stays as it is.
  lowers[unit] = lower.length === 1 ? lower.charCodeAt(0) : unit;
  kinds[unit] = kindOf(character);
  return kinds[unit]!;
};

/** Grows as texts come; one for all, since nothing of it is needed after a call. */
let scratch = new Uint32Array(1024);

/**
 * The words of a text in order, as 32-bit hashes; case and punctuation do not count. A text without words is one
 * word, itself. The hash is FNV-1a over lower-case UTF-16 units (Fowler, Noll, Vo).
 */
export const wordsOf = (text: string): Uint32Array => {
  let count = 0;
  let hash = FNV_OFFSET;
  let inside = false;
  // A unit may end one word and be another.
  if (scratch.length < text.length + 1) scratch = new Uint32Array(2 * text.length + 2);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    let kind = kinds[unit]!;
    let second = 0;
    if (unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length) {
      kind = kindOf(String.fromCodePoint(text.codePointAt(index)!));
      index += 1;
      second = text.charCodeAt(index);
    } else if (kind === UNKNOWN) kind = learn(unit);
    if (inside && kind !== INSIDE) {
      scratch[count++] = hash;
      hash = FNV_OFFSET;
      inside = false;
    }
    if (kind === BETWEEN) continue;
    hash = imul(hash ^ (second === 0 ? lowers[unit]! : unit), FNV_PRIME);
    if (second !== 0) hash = imul(hash ^ second, FNV_PRIME);
    inside = true;
    if (kind === ALONE) {
      scratch[count++] = hash;
      hash = FNV_OFFSET;
      inside = false;
    }
  }
  if (inside) scratch[count++] = hash;
  if (count > 0) return scratch.slice(0, count);
  for (let index = 0; index < text.length; index += 1) hash = imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return Uint32Array.of(hash);
};
