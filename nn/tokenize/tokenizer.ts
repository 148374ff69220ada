import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { NnError } from '../errors.js';

/** Texts of one native call; bounds what is alive at once when a whole dataset is encoded. */
const TEXTS_PER_CALL = 512;

/** Token ids of one text, with the special tokens the model expects around it ([CLS] ... [SEP] for BERT). */
export interface Encoded {
  readonly ids: Int32Array;
}

export interface EncodeOptions {
  /** Most ids a text may have; the text is cut at its end, the special tokens stay. */
  readonly maxLength: number;
}

export interface Tokenizer {
  /** Every id is below this number. */
  readonly vocabularySize: number;
  /** Results in the order of `texts`. Throws SHAPE_MISMATCH when `maxLength` leaves no room for text. */
  encodeBatch(texts: readonly string[], options: EncodeOptions): Promise<Encoded[]>;
}

/**
 * A tokenizer from the content of a Hugging Face `tokenizer.json`. Padding and truncation stored in the file are
 * ignored: padding is the batcher's work, truncation is asked for in each call. Encoding runs off the main thread.
 *
 * Throws TOKENIZER_INVALID.
 */
export async function loadTokenizer(tokenizerJson: Uint8Array | string): Promise<Tokenizer> {
  const json = typeof tokenizerJson === 'string' ? tokenizerJson : decodeText(tokenizerJson);
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(json);
  } catch (cause) {
    throw new NnError(
      'TOKENIZER_INVALID',
      `the tokenizer.json cannot be read (${messageOf(cause)}); take the one that belongs to the base model`,
      { cause },
    );
  }
  native.disablePadding();
  native.disableTruncation();
  const specialTokens = (await native.encode('')).getLength();
  return new SerialTokenizer(native, specialTokens);
}

/** Calls run one after another, because the native truncation length is one setting for all calls in flight. */
class SerialTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly native: NativeTokenizer,
    private readonly specialTokens: number,
  ) {
    this.vocabularySize = largestId(native) + 1;
  }

  encodeBatch(texts: readonly string[], { maxLength }: EncodeOptions): Promise<Encoded[]> {
    if (!Number.isInteger(maxLength) || maxLength <= this.specialTokens) {
      const least = this.specialTokens + 1;
      return Promise.reject(
        new NnError('SHAPE_MISMATCH', `maxLength is ${maxLength}; this tokenizer needs at least ${least}`),
      );
    }
    const result = this.last.then(() => this.encodeAll(texts, maxLength));
    // The caller gets the failure through `result`; here it only must not stop the next call.
    this.last = result.catch(() => undefined);
    return result;
  }

  private async encodeAll(texts: readonly string[], maxLength: number): Promise<Encoded[]> {
    this.native.setTruncation(maxLength);
    const encoded: Encoded[] = [];
    for (let start = 0; start < texts.length; start += TEXTS_PER_CALL) {
      const chunk = await this.native.encodeBatch(texts.slice(start, start + TEXTS_PER_CALL));
      for (const encoding of chunk) encoded.push({ ids: Int32Array.from(encoding.getIds()) });
    }
    return encoded;
  }
}

function largestId(native: NativeTokenizer): number {
  return Object.values(native.getVocab(true)).reduce((largest, id) => Math.max(largest, id), -1);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NnError('TOKENIZER_INVALID', 'the tokenizer.json is not UTF-8 text', { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
