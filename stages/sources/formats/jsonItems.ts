import { BoundedBytes } from './boundedBytes.js';
import { FileFault } from './fileFault.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const KEY_BYTES_MAX = 64 * 1024;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const endsScalar = (byte: number): boolean =>
  isSpace(byte) || byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST;

/** The tokens of a JSON pointer (RFC 6901, 4). */
const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

interface Frame {
  readonly isList: boolean;
  /** Its elements are the items. */
  readonly isTarget: boolean;
  /** Ordinal of the element of a list. */
  index: number;
}

/**
 * Cuts a JSON text into the elements of the list at a pointer, or the one value that stands there, while it comes in parts.
 * Memory is bounded by one item. What lies outside of the items is held to the grammar only as far as it must be
 * understood; what an item holds is for the caller to parse.
 */
export class JsonItems {
  readonly #wanted: readonly string[];
  readonly #frames: Frame[] = [];
  #mode: 'value' | 'first' | 'scan' | 'key' | 'keyText' | 'colon' | 'after' | 'end' = 'value';
  /** Of the value that is scanned: brackets that are open, and whether inside of a string. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Null while a value is passed over. */
  #item: BoundedBytes | null = null;
  #key: number[] = [];
  #found = false;
  #atStart = true;

  constructor(
    pointer: string,
    readonly itemBytesMax: number,
  ) {
    this.#wanted = tokensOf(pointer);
  }

  /** The items that end in this part. @throws FileFault */
  *push(part: Uint8Array): Generator<BoundedBytes> {
    let at = 0;
    if (this.#atStart && part.byteLength > 0) {
      this.#atStart = false;
      if (part[0] === 0xef && part[1] === 0xbb && part[2] === 0xbf) at = 3;
    }
    while (at < part.byteLength) {
      if (this.#mode === 'scan') {
        const { next, ended } = this.#scan(part, at);
        this.#item?.push(part.subarray(at, next));
        at = next;
        if (!ended) continue;
        if (this.#item !== null) yield this.#item;
        this.#item = null;
        this.#mode = 'after';
      } else at = this.#step(part[at]!, at);
    }
  }

  /**
   * @returns the item that ends with the text: a number or word that is all of it
   * @throws FileFault when the text stops short, or has nothing at the pointer
   */
  finish(): BoundedBytes | null {
    const isWhole = this.#mode === 'scan' && this.#depth === 0 && !this.#inString;
    if (this.#frames.length > 0 || !(isWhole || this.#mode === 'after' || this.#mode === 'end'))
      throw new FileFault('truncated');
    if (!this.#found) throw new FileFault('no-list');
    return this.#item;
  }

  /** One byte between values. @returns where to go on */
  #step(byte: number, at: number): number {
    if (this.#mode === 'keyText') return this.#stepKey(byte, at);
    if (isSpace(byte)) return at + 1;
    const frame = this.#frames.at(-1);
    switch (this.#mode) {
      case 'first':
        if (byte === (frame?.isList === true ? CLOSE_LIST : CLOSE_OBJECT)) return this.#close(at);
        this.#mode = frame?.isList === true ? 'value' : 'key';
        return at;
      case 'value':
        return this.#begin(byte, at);
      case 'key':
        if (byte !== QUOTE) throw new FileFault('malformed-json');
        this.#mode = 'keyText';
        this.#key = [];
        return at + 1;
      case 'colon':
        if (byte !== COLON) throw new FileFault('malformed-json');
        this.#mode = 'value';
        return at + 1;
      case 'after': {
        if (frame === undefined) throw new FileFault('malformed-json');
        if (byte === (frame.isList ? CLOSE_LIST : CLOSE_OBJECT)) return this.#close(at);
        if (byte !== COMMA) throw new FileFault('malformed-json');
        frame.index += 1;
        this.#mode = frame.isList ? 'value' : 'key';
        return at + 1;
      }
      default:
        throw new FileFault('malformed-json');
    }
  }

  #stepKey(byte: number, at: number): number {
    if (byte === QUOTE && !this.#escaped) {
      this.#mode = 'colon';
      return at + 1;
    }
    this.#escaped = byte === BACKSLASH && !this.#escaped;
    if (this.#key.push(byte) > KEY_BYTES_MAX) throw new FileFault('malformed-json');
    return at + 1;
  }

  #close(at: number): number {
    this.#frames.pop();
    this.#mode = this.#frames.length === 0 ? 'end' : 'after';
    return at + 1;
  }

  /** Whether the value that begins here is the next on the way to the pointer's place. */
  #isOnPath(): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return true;
    if (frame.isTarget) return false;
    const token = this.#wanted[this.#frames.length - 1];
    return frame.isList ? String(frame.index) === token : this.#keyText() === token;
  }

  #keyText(): string | null {
    try {
      return JSON.parse(`"${Buffer.from(this.#key).toString()}"`) as string;
    } catch {
      throw new FileFault('malformed-json');
    }
  }

  #begin(byte: number, at: number): number {
    const isList = byte === OPEN_LIST;
    const onPath = this.#isOnPath();
    const isPlace = onPath && this.#frames.length === this.#wanted.length;
    if (isPlace) this.#found = true;
    if (onPath && (isPlace ? isList : isList || byte === OPEN_OBJECT)) {
      this.#frames.push({ isList, isTarget: isPlace, index: 0 });
      this.#mode = 'first';
      return at + 1;
    }
    if (endsScalar(byte) || byte === COLON) throw new FileFault('malformed-json');
    if (isPlace || this.#frames.at(-1)?.isTarget === true) this.#item = new BoundedBytes(this.itemBytesMax);
    this.#mode = 'scan';
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    return at;
  }

  /** Goes on in a value whose first byte may be at `from`. */
  #scan(part: Uint8Array, from: number): { readonly next: number; readonly ended: boolean } {
    for (let at = from; at < part.byteLength; at += 1) {
      const byte = part[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          if (this.#depth === 0) return { next: at + 1, ended: true };
        }
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#depth += 1;
      else if (this.#depth === 0 && endsScalar(byte)) return { next: at, ended: true };
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#depth -= 1;
        if (this.#depth === 0) return { next: at + 1, ended: true };
      }
    }
    return { next: part.byteLength, ended: false };
  }
}
