import { NnError } from '../errors.js';
import type { Tokenizer } from '../tokenize/index.js';
import { StopStrings } from './stopStrings.js';
import { type Detokenize, TextPieces } from './textPieces.js';
import type { WrittenToken } from './writeTokens.js';

export interface TextSettings {
  readonly tokenizer: Pick<Tokenizer, 'decodeBatch'>;
  /** Strings that end the text and are no part of it. */
  readonly stopStrings?: readonly string[];
}

export interface WrittenText {
  /** `stop` after a stop token or string, `length` where there was no room for more. */
  readonly end: 'stop' | 'length';
  /** Every token written, the one that ended the text included. */
  readonly ids: Int32Array;
}

/** One text while its tokens come. Throws REQUEST_INVALID for an empty stop string. */
export class GrowingText {
  readonly #detokenize: Detokenize;
  readonly #pieces: TextPieces;
  readonly #stops: StopStrings;
  readonly #ids: number[] = [];
  #passed = '';
  #end: WrittenText['end'] = 'length';

  constructor({ tokenizer, stopStrings = [] }: TextSettings) {
    if (stopStrings.includes('')) throw new NnError('REQUEST_INVALID', 'a stop string must not be empty');
    this.#detokenize = async (ids) => {
      const [text] = await tokenizer.decodeBatch([ids], { specialTokens: 'left-out' });
      return text!;
    };
    this.#pieces = new TextPieces(this.#detokenize);
    this.#stops = new StopStrings(stopStrings);
  }

  /** Whether a stop string has come: no further token belongs to the text. */
  get stopped(): boolean {
    return this.#stops.stopped;
  }

  get written(): WrittenText {
    return { end: this.#stops.stopped ? 'stop' : this.#end, ids: Int32Array.from(this.#ids) };
  }

  /** The text that is complete with this token; a stop token is none of it. */
  async push({ id, end }: Pick<WrittenToken, 'id' | 'end'>): Promise<string> {
    this.#ids.push(id);
    if (end !== 'stop') return this.#pass(await this.#pieces.push(id));
    this.#end = 'stop';
    return '';
  }

  /** What was held back, once no more tokens come. */
  async finish(): Promise<string> {
    return this.#pass(await this.#pieces.finish()) + this.#stops.finish();
  }

  /**
   * The text as a whole, where no piece of it is needed before. Differs from the pieces joined where bytes are no
   * characters: a tokenizer then may take back letters that were complete when they came.
   */
  whole(): Promise<string> {
    if (this.stopped) return Promise.resolve(this.#passed);
    return this.#detokenize(this.#end === 'stop' ? this.#ids.slice(0, -1) : this.#ids);
  }

  #pass(piece: string): string {
    const text = this.#stops.push(piece);
    this.#passed += text;
    return text;
  }
}
