import type { SpacedText, WordSegmenter } from './chineseWords.js';
import type { EncodedSpans, TextInput } from './spans.js';
import type { Tokenizer } from './tokenizer.js';

/**
 * The tokenizer with a segmenter before it, for vocabularies of Chinese words: no token reaches over the end of a word.
 * Places in texts are those before spaces were put in. Decoded texts keep these spaces. For a tokenizer that takes every
 * Chinese character apart, as BERT's does, segmenting changes nothing.
 */
export function segmentWords(tokenizer: Tokenizer, segmenter: WordSegmenter): Tokenizer {
  return {
    vocabularySize: tokenizer.vocabularySize,
    encodeBatch: (texts, options) =>
      tokenizer.encodeBatch(
        texts.map((text) => segmenter.spaced(text).text),
        options,
      ),
    encodeSpans: async (inputs, options) => {
      const spaced = inputs.map((input) => textsOf(input).map((text) => segmenter.spaced(text)));
      const encoded = await tokenizer.encodeSpans(spaced.map(inputOf), options);
      return encoded.map((windows, i) => windows.map((window) => withOriginalPlaces(window, spaced[i]!)));
    },
    decodeBatch: (sequences, options) => tokenizer.decodeBatch(sequences, options),
    idOf: (token) => tokenizer.idOf(token),
    tokenOf: (id) => tokenizer.tokenOf(id),
  };
}

function textsOf(input: TextInput): readonly string[] {
  return typeof input === 'string' ? [input] : input;
}

function inputOf([first, second]: readonly SpacedText[]): TextInput {
  return second === undefined ? first!.text : [first!.text, second.text];
}

function withOriginalPlaces(spans: EncodedSpans, texts: readonly SpacedText[]): EncodedSpans {
  const original = (position: number, i: number) => texts[spans.segments[i]!]?.original(position) ?? position;
  return { ...spans, starts: spans.starts.map(original), ends: spans.ends.map(original) };
}
