import type { EncodedSpans } from '../tokenize/spans.js';
import type { Tokenizer } from '../tokenize/tokenizer.js';

/** A word of a text and the token that speaks for it: its first one, as in `transformers`' run_ner. */
export interface Word {
  /** Bounds in the text, in UTF-16 code units, without white space around. */
  readonly start: number;
  readonly end: number;
  /** Where its first token is: the window, and the position in it. */
  readonly window: number;
  readonly token: number;
}

/** A text as a model reads it: in windows of tokens that overlap where it is long. */
export interface WordedText {
  readonly windows: readonly EncodedSpans[];
  /** In the order of the text; each once, in the window that shows most around it. */
  readonly words: readonly Word[];
}

/** One window shares this part of its tokens with the next, so that a word at an edge is read with text on both sides. */
const OVERLAP = 1 / 8;

/**
 * Texts in windows of at most `maxLength` tokens, with the words that the tokenizer's pre-tokenizer finds. Throws as
 * `encodeSpans` does.
 */
export async function encodeWords(
  tokenizer: Pick<Tokenizer, 'encodeSpans'>,
  texts: readonly string[],
  maxLength: number,
): Promise<WordedText[]> {
  const overflow = { kind: 'windows', stride: Math.floor(maxLength * OVERLAP) } as const;
  const encoded = await tokenizer.encodeSpans(texts, { maxLength, overflow });
  return encoded.map((windows, i) => ({ windows, words: wordsOf(windows, texts[i]!) }));
}

interface Candidate extends Word {
  /** Tokens of text between the word and the nearer edge of its window. */
  readonly margin: number;
}

/** A word that a window's edge cuts counts where its first token is. */
function wordsOf(windows: readonly EncodedSpans[], text: string): Word[] {
  const found = new Map<number, Candidate>();
  windows.forEach((spans, window) => {
    for (const { word, first, last } of groupsOf(spans)) {
      const start = spans.starts[first]!;
      const end = spans.ends[last]!;
      const margin = Math.min(first, spans.ids.length - 1 - last);
      const before = found.get(word);
      const place = { start, end, window, token: first, margin };
      if (before === undefined) found.set(word, place);
      else {
        const isBetter = start < before.start || (start === before.start && margin > before.margin);
        found.set(word, { ...(isBetter ? place : before), end: Math.max(end, before.end) });
      }
    }
  });
  return [...found.values()]
    .sort((a, b) => a.start - b.start)
    .flatMap(({ margin: _, ...word }) => {
      const trimmed = trimSpan(text, word);
      return trimmed === null ? [] : [{ ...word, ...trimmed }];
    });
}

/** The tokens of each word of the first text; special tokens belong to none. */
function* groupsOf({
  words,
  segments,
}: EncodedSpans): Generator<{ word: number; first: number; last: number }> {
  let first = 0;
  while (first < words.length) {
    let last = first;
    while (last + 1 < words.length && words[last + 1] === words[first]) last += 1;
    if (segments[first] === 0 && words[first]! >= 0) yield { word: words[first]!, first, last };
    first = last + 1;
  }
}

/** A span without the white space at its ends, or null where there is nothing else. */
export function trimSpan(
  text: string,
  span: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } | null {
  const inside = text.slice(span.start, span.end);
  const start = span.start + inside.length - inside.trimStart().length;
  const end = span.end - (inside.length - inside.trimEnd().length);
  return start < end ? { start, end } : null;
}
