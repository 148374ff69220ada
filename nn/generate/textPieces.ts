/** The text of tokens, without special ones; incomplete UTF-8 comes as U+FFFD. */
export type Detokenize = (ids: readonly number[]) => Promise<string>;

const REPLACEMENT = '\uFFFD';

/**
 * Text from tokens as they come. A piece is held back while its last character lacks bytes, so that the pieces joined are
 * the text of all tokens together. Only the tokens since the last two pieces are read again, because a tokenizer may drop
 * the space before what it takes for the first word.
 */
export class TextPieces {
  readonly #detokenize: Detokenize;
  readonly #ids: number[] = [];
  /** Tokens before these are of no more use. */
  #contextStart = 0;
  /** Tokens before these have become text. */
  #written = 0;

  constructor(detokenize: Detokenize) {
    this.#detokenize = detokenize;
  }

  /** The text that is complete with this token; empty where there is none. */
  async push(id: number): Promise<string> {
    this.#ids.push(id);
    const { before, together } = await this.#read();
    if (together.length <= before.length || together.endsWith(REPLACEMENT)) return '';
    this.#contextStart = this.#written;
    this.#written = this.#ids.length;
    return together.slice(before.length);
  }

  /** What is left at the end, with U+FFFD for bytes that are no characters. */
  async finish(): Promise<string> {
    const { before, together } = await this.#read();
    this.#contextStart = this.#ids.length;
    this.#written = this.#ids.length;
    return together.slice(before.length);
  }

  async #read(): Promise<{ readonly before: string; readonly together: string }> {
    const before = await this.#detokenize(this.#ids.slice(this.#contextStart, this.#written));
    return { before, together: await this.#detokenize(this.#ids.slice(this.#contextStart)) };
  }
}
