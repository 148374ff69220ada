/** Passes text on up to the first stop string, wherever the pieces are cut; the stop string itself is left out. */
export class StopStrings {
  /** Whether a stop string has come; nothing is passed on after it. */
  stopped = false;
  readonly #strings: readonly string[];
  #held = '';

  constructor(strings: readonly string[]) {
    this.#strings = strings;
  }

  /** What of the text so far cannot be part of a stop string any more. */
  push(piece: string): string {
    if (this.stopped) return '';
    const text = this.#held + piece;
    const start = firstStop(text, this.#strings);
    if (start !== undefined) {
      this.stopped = true;
      this.#held = '';
      return text.slice(0, start);
    }
    const kept = Math.max(0, ...this.#strings.map((string) => overlap(text, string)));
    this.#held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** What was held back, where no stop string came. */
  finish(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** Start of the string that is complete first, of several that end together the longest's. */
function firstStop(text: string, strings: readonly string[]): number | undefined {
  const found = strings
    .map((string) => ({ start: text.indexOf(string), length: string.length }))
    .filter(({ start }) => start >= 0)
    .sort((left, right) => left.start + left.length - right.start - right.length || left.start - right.start);
  return found[0]?.start;
}

/** Length of the longest end of `text` that a longer `string` begins with. */
function overlap(text: string, string: string): number {
  let length = Math.min(text.length, string.length - 1);
  while (length > 0 && !text.endsWith(string.slice(0, length))) length -= 1;
  return length;
}
