import sharp from 'sharp';
import { type Exif, readExif } from './exif.js';

/** 64 million pixels: of four bytes each, 256 MB while one is decoded. */
const PIXELS_MAX = 2 ** 26;
const FORMATS: ReadonlySet<string | undefined> = new Set(['jpeg', 'png', 'webp', 'heif', 'tiff']);

export interface ImageFacts extends Exif {
  readonly width: number;
  readonly height: number;
  /** `jpeg`, `png`, `webp`, `avif` or `tiff`. */
  readonly format: string;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  readonly orientation: number;
}

export interface Pixels {
  /** Rows from the top, `channels` bytes a pixel. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
}

/** Why an image cannot be used, as a short kebab-case word. */
export class ImageFault extends Error {
  override readonly name = 'ImageFault';

  constructor(readonly reason: 'malformed-image' | 'too-many-pixels') {
    super(reason);
  }
}

const open = (bytes: Uint8Array, limitInputPixels: number | false = PIXELS_MAX) =>
  sharp(bytes, { limitInputPixels, failOn: 'truncated' });

/** What the file says about itself; no pixel is decoded. @throws ImageFault */
export const readImage = async (bytes: Uint8Array): Promise<ImageFacts> => {
  // The limit is checked below, where it has a reason of its own.
  const found = await open(bytes, false)
    .metadata()
    .catch(() => null);
  if (found === null || !FORMATS.has(found.format)) throw new ImageFault('malformed-image');
  const { width, height, format, orientation, exif } = found;
  if (width * height > PIXELS_MAX) throw new ImageFault('too-many-pixels');
  return {
    width,
    height,
    format: format === 'heif' ? 'avif' : format,
    orientation: orientation ?? 1,
    ...readExif(exif ?? new Uint8Array(0)),
  };
};

/** The pixels of the first page, 8 bits a channel. @throws ImageFault, also for a file that was cut off */
export const decodeImage = async (bytes: Uint8Array): Promise<Pixels> => {
  await readImage(bytes);
  const { data, info } = await open(bytes)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw new ImageFault('malformed-image');
    });
  return { data, width: info.width, height: info.height, channels: info.channels };
};
