import type { Entity } from '../../contracts/index.js';

/** A base character with its marks, or the letters of a Hangul syllable: what NFC composes, it composes inside of one. */
const COMPOSED =
  /[\u1100-\u115F\uA960-\uA97C\uAC00-\uD7A3][\u1160-\u11FF\uD7B0-\uD7FB]*\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

export interface KeptSpans {
  readonly spans: Entity[];
  readonly lost: number;
}

/** A stretch of a text in UTF-16 code units, never empty, and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** A text that remembers, for each of its code units, which stretch of the first text it came from. */
export class TrackedText {
  private constructor(
    readonly text: string,
    private readonly starts: Int32Array,
    private readonly ends: Int32Array,
  ) {}

  static of(text: string): TrackedText {
    const starts = Int32Array.from({ length: text.length }, (_, unit) => unit);
    return new TrackedText(
      text,
      starts,
      starts.map((unit) => unit + 1),
    );
  }

  /** As `text.replace(pattern, replacement)` with a global pattern; what replaces a match comes from all of it. */
  replace(pattern: RegExp, replacement: string | ((match: string) => string)): TrackedText {
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    const copyTo = (end: number) => {
      for (; at < end; at += 1) {
        starts.push(this.starts[at]!);
        ends.push(this.ends[at]!);
      }
    };
    const text = this.text.replace(pattern, (match: string, ...rest: unknown[]) => {
      const offset = rest.find((part) => typeof part === 'number') as number;
      const by = typeof replacement === 'string' ? replacement : replacement(match);
      copyTo(offset);
      const end = offset + match.length;
      if (by === match) copyTo(end);
      else
        for (let unit = 0; unit < by.length; unit += 1) {
          starts.push(this.starts[offset]!);
          ends.push(this.ends[end - 1]!);
        }
      at = end;
      return by;
    });
    copyTo(this.text.length);
    return new TrackedText(text, Int32Array.from(starts), Int32Array.from(ends));
  }

  /** The text with each edit's stretch replaced; what replaces it comes from all of it. */
  edit(edits: readonly Edit[]): TrackedText {
    const starts: number[] = [];
    const ends: number[] = [];
    const parts: string[] = [];
    let at = 0;
    const copyTo = (end: number) => {
      parts.push(this.text.slice(at, end));
      for (; at < end; at += 1) {
        starts.push(this.starts[at]!);
        ends.push(this.ends[at]!);
      }
    };
    for (const { start, end, by } of edits) {
      copyTo(start);
      parts.push(by);
      for (let unit = 0; unit < by.length; unit += 1) {
        starts.push(this.starts[start]!);
        ends.push(this.ends[end - 1]!);
      }
      at = end;
    }
    copyTo(this.text.length);
    return new TrackedText(parts.join(''), Int32Array.from(starts), Int32Array.from(ends));
  }

  compose(): TrackedText {
    const byParts = this.replace(COMPOSED, (part) => part.normalize('NFC'));
    const composed = this.text.normalize('NFC');
    if (byParts.text === composed) return byParts;
    // Rare scripts compose across the parts above: then nothing finer than the whole text is known.
    return this.replace(/[\s\S]+/g, () => composed);
  }

  trim(): TrackedText {
    const start = this.text.length - this.text.trimStart().length;
    const end = Math.max(start, this.text.trimEnd().length);
    return new TrackedText(
      this.text.slice(start, end),
      this.starts.slice(start, end),
      this.ends.slice(start, end),
    );
  }

  /** Spans of the first text as spans of this one, without white space around; those with nothing left are lost. */
  map(spans: readonly Entity[]): KeptSpans {
    const mapped: Entity[] = [];
    for (const span of spans) {
      const start = this.#first(span.start, mapped.at(-1)?.end ?? 0);
      let end = start;
      while (end < this.text.length && this.starts[end]! < span.end) end += 1;
      const inside = this.text.slice(start, end);
      const trimmed = {
        start: start + inside.length - inside.trimStart().length,
        end: end - (inside.length - inside.trimEnd().length),
      };
      if (trimmed.start < trimmed.end) mapped.push({ ...span, ...trimmed });
    }
    return { spans: mapped, lost: spans.length - mapped.length };
  }

  /** The first code unit, from `from` on, that comes from what lies after `origin`. */
  #first(origin: number, from: number): number {
    let unit = from;
    while (unit < this.text.length && this.ends[unit]! <= origin) unit += 1;
    return unit;
  }
}
