import { type Encoding, Tokenizer as NativeTokenizer } from 'tokenizers';
import { NnError } from '../errors.js';
import { segmentWords } from './chineseTokenizer.js';
import { createWordSegmenter } from './chineseWords.js';
import { invalid, TEXT_LENGTH_MAX } from './file/fields.js';
import { readTokenizerFile, type TokenizerFile } from './file/readTokenizerFile.js';
import { cutText } from './offsets.js';
import { type EncodedSpans, readSegments, readSpans, segmentRange, type TextInput } from './spans.js';
import { cutToWindows, type Overflow } from './windows.js';

/** Of one native call; bound what is alive at once when a whole dataset is encoded. */
const INPUTS_PER_CALL = 512;
const CHARACTERS_PER_CALL = TEXT_LENGTH_MAX;

/** Token ids of one text, with the special tokens the model expects around it ([CLS] ... [SEP] for BERT). */
export interface Encoded {
  readonly ids: Int32Array;
}

export interface EncodeOptions {
  /** Most ids a text may have; the text is cut at its end, the special tokens stay. */
  readonly maxLength: number;
  /** Whether the special tokens around a text are added, which a rendered chat has already; default `added`. */
  readonly specialTokens?: 'added' | 'left-out';
}

export interface SpanOptions {
  /** Most ids a window may have. */
  readonly maxLength: number;
  readonly overflow: Overflow;
}

export interface DecodeOptions {
  readonly specialTokens: 'kept' | 'left-out';
}

export interface Tokenizer {
  /** Every id is below this number. */
  readonly vocabularySize: number;
  /**
   * Results in the order of `texts`. Of a text over a million characters only that many are read. Throws SHAPE_MISMATCH when
   * `maxLength` leaves no room for text.
   */
  encodeBatch(texts: readonly string[], options: EncodeOptions): Promise<Encoded[]>;
  /**
   * Tokens with their places in the texts, in one or more windows for each input. Throws SHAPE_MISMATCH when a window has
   * no room for text, and for texts over a million characters.
   */
  encodeSpans(inputs: readonly TextInput[], options: SpanOptions): Promise<EncodedSpans[][]>;
  /** The texts of ids; ids without a token are left out, as the reference does. */
  decodeBatch(sequences: readonly ArrayLike<number>[], options: DecodeOptions): Promise<string[]>;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

/**
 * A tokenizer from the content of a Hugging Face `tokenizer.json`. Padding and truncation stored in the file are
 * ignored: padding is the batcher's work, truncation is asked for in each call. Encoding runs off the main thread.
 * A lone surrogate is read as U+FFFD. Where the file says so, see `withSegmentation`, words are found in Chinese text first.
 *
 * Throws TOKENIZER_INVALID.
 */
export async function loadTokenizer(tokenizerJson: Uint8Array | string): Promise<Tokenizer> {
  const file = readTokenizerFile(tokenizerJson);
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(JSON.stringify(file.json));
  } catch (cause) {
    throw invalid(`it cannot be read (${messageOf(cause)})`, cause);
  }
  for (const [token, id] of file.vocabulary) {
    if (native.tokenToId(token) !== id) throw invalid(`${JSON.stringify(token)} does not get its id ${id}`);
  }
  const tokenizer = new CheckedTokenizer(native, file, (await native.encode('')).getLength());
  if (file.segmentation === undefined) return tokenizer;
  return segmentWords(tokenizer, await createWordSegmenter(file.segmentation.words));
}

/** Holds no state of a call, so that calls may overlap. */
class CheckedTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly #native: NativeTokenizer;
  readonly #ids: TokenizerFile['vocabulary'];
  readonly #tokens: ReadonlyMap<number, string>;
  /** Special tokens around a single text. */
  readonly #specialTokens: number;

  constructor(native: NativeTokenizer, { vocabulary }: TokenizerFile, specialTokens: number) {
    this.#native = native;
    this.#ids = vocabulary;
    this.#tokens = new Map([...vocabulary].map(([token, id]) => [id, token]));
    this.#specialTokens = specialTokens;
    this.vocabularySize = [...vocabulary.values()].reduce((largest, id) => Math.max(largest, id), -1) + 1;
  }

  async encodeBatch(
    texts: readonly string[],
    { maxLength, specialTokens = 'added' }: EncodeOptions,
  ): Promise<Encoded[]> {
    const around = specialTokens === 'added' ? this.#specialTokens : 0;
    if (!Number.isInteger(maxLength) || maxLength <= around) {
      const least = around + 1;
      throw new NnError(
        'SHAPE_MISMATCH',
        `maxLength is ${maxLength}; this tokenizer needs at least ${least}`,
      );
    }
    const encoded: Encoded[] = [];
    for (const chunk of chunks(texts.map((text) => cutText(text, TEXT_LENGTH_MAX)))) {
      const encodings =
        specialTokens === 'added'
          ? await this.#encode(chunk)
          : await this.#native.encodeBatch(chunk, { addSpecialTokens: false });
      for (const encoding of encodings) encoded.push({ ids: cutIds(encoding, maxLength) });
    }
    return encoded;
  }

  async encodeSpans(
    inputs: readonly TextInput[],
    { maxLength, overflow }: SpanOptions,
  ): Promise<EncodedSpans[][]> {
    for (const input of inputs) requireLength(input);
    const encoded: EncodedSpans[][] = [];
    for (const chunk of chunks(inputs)) {
      const encodings = await this.#encode(chunk);
      encodings.forEach((encoding, i) => {
        encoded.push(cutToWindows(readSpans(encoding, chunk[i]!), maxLength, overflow));
      });
    }
    return encoded;
  }

  /** The binding's own batch call takes no pairs; many calls at once are as fast. */
  #encode(inputs: readonly TextInput[]): Promise<Encoding[]> {
    const texts = inputs.filter((input) => typeof input === 'string');
    if (texts.length === inputs.length) return this.#native.encodeBatch(texts);
    return Promise.all(
      inputs.map((input) =>
        typeof input === 'string' ? this.#native.encode(input) : this.#native.encode(input[0], input[1]),
      ),
    );
  }

  async decodeBatch(
    sequences: readonly ArrayLike<number>[],
    { specialTokens }: DecodeOptions,
  ): Promise<string[]> {
    const known = sequences.map((ids) => Array.from(ids).filter((id) => this.#tokens.has(id)));
    return this.#native.decodeBatch(known, specialTokens === 'left-out');
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens.get(id);
  }
}

/** The ids of a single text without what is too much at its end; places, which are costly to read, are left alone. */
function cutIds(encoding: Encoding, maxLength: number): Int32Array {
  const ids = Int32Array.from(encoding.getIds());
  const surplus = ids.length - maxLength;
  if (surplus <= 0) return ids;
  const end = segmentRange(readSegments(encoding), 0)?.[1] ?? ids.length;
  return ids.copyWithin(end - surplus, end).slice(0, maxLength);
}

/** Runs of inputs, each bounded in count and in characters. */
function* chunks<Input extends TextInput>(inputs: readonly Input[]): Generator<Input[]> {
  let chunk: Input[] = [];
  let characters = 0;
  for (const input of inputs) {
    const length = lengthOf(input);
    if (chunk.length === INPUTS_PER_CALL || (chunk.length > 0 && characters + length > CHARACTERS_PER_CALL)) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
    chunk.push(input);
    characters += length;
  }
  if (chunk.length > 0) yield chunk;
}

function requireLength(input: TextInput): void {
  if (lengthOf(input) <= TEXT_LENGTH_MAX) return;
  throw new NnError(
    'SHAPE_MISMATCH',
    `a text has ${lengthOf(input)} characters, more than ${TEXT_LENGTH_MAX}; split it first`,
  );
}

function lengthOf(input: TextInput): number {
  return typeof input === 'string' ? input.length : input[0].length + input[1].length;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
