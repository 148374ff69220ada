/** The text that lies beside a file of pixels or sound, as in the samples of WebDataset: `x.jpg` and `x.txt` or `x.json`. */
export interface Caption {
  readonly kind: 'txt' | 'json';
  readonly bytes: Uint8Array;
}

export interface CaptionedFile {
  readonly media: Uint8Array;
  readonly caption: Caption | null;
}

const BLOCK = 512;
const MEDIA = 'media';

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

/** A header of POSIX.1-1988 (ustar) without owner and time, so that equal contents give equal bytes. */
const header = (name: string, size: number): Buffer => {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
};

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** Both in one tar archive of two members, `media` and `caption.txt` or `caption.json`. */
export const joinCaption = (media: Uint8Array, caption: Caption): Uint8Array =>
  Buffer.concat([
    header(MEDIA, media.byteLength),
    media,
    padding(media.byteLength),
    header(`caption.${caption.kind}`, caption.bytes.byteLength),
    caption.bytes,
    padding(caption.bytes.byteLength),
    Buffer.alloc(2 * BLOCK),
  ]);

const textAt = (bytes: Buffer, start: number, length: number): string =>
  bytes
    .subarray(start, start + length)
    .toString('latin1')
    .split('\0')[0] ?? '';

const sizeAt = (bytes: Buffer, start: number): number => Number.parseInt(textAt(bytes, start + 124, 12), 8);

/** What `joinCaption` joined, or the file alone. */
export const splitCaption = (raw: Uint8Array): CaptionedFile => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (textAt(bytes, 0, 100) !== MEDIA || textAt(bytes, 257, 6) !== 'ustar')
    return { media: raw, caption: null };
  const mediaEnd = BLOCK + sizeAt(bytes, 0);
  const second = Math.ceil(mediaEnd / BLOCK) * BLOCK;
  const kind = textAt(bytes, second, 100) === 'caption.json' ? 'json' : 'txt';
  const start = second + BLOCK;
  return {
    media: raw.subarray(BLOCK, mediaEnd),
    caption: { kind, bytes: raw.subarray(start, start + sizeAt(bytes, second)) },
  };
};
