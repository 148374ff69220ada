import { AudioFault, decodeAudio } from '../../audioFile.js';
import { type Caption, joinCaption } from '../../captionedFile.js';
import { decodeImage, ImageFault, readImage } from '../../imageFile.js';
import { BoundedBytes } from './boundedBytes.js';
import { FileFault } from './fileFault.js';
import { type FormatOptions, type FormatReader, type FormatRecord, noField } from './format.js';
import { gatherFile } from './wholeFile.js';

type Facts = Readonly<Record<string, string | number | null>>;

const imageFacts = async (raw: Uint8Array, { location = false }: FormatOptions): Promise<Facts> => {
  const { width, height, format, orientation, takenAt, description, latitude, longitude } =
    await readImage(raw);
  // Decoded once, so that a picture that was cut off is found now and not in training.
  await decodeImage(raw);
  const facts = { width, height, format, orientation, takenAt, description };
  return location ? { ...facts, latitude, longitude } : facts;
};

const audioFacts = async (raw: Uint8Array): Promise<Facts> => {
  const { format, sampleRate, seconds, channels } = await decodeAudio(raw);
  return { format, sampleRate, seconds, channels: channels.length };
};

const captionFields = (caption: Caption | null): Readonly<Record<string, unknown>> => {
  if (caption?.kind !== 'json') return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(caption.bytes).toString());
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value };
  } catch {
    // Judged below.
  }
  throw new FileFault('malformed-caption');
};

const fieldOf =
  (fields: Readonly<Record<string, unknown>>): FormatRecord['field'] =>
  (name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };

const media = (factsOf: (raw: Uint8Array, options: FormatOptions) => Promise<Facts>): FormatReader =>
  async function* (file, options) {
    const { recordBytesMax, caption = null } = options;
    const alone = await gatherFile(file, recordBytesMax);
    if (alone.raw === null) {
      yield { ...alone, field: noField, fault: 'too-large' };
      return;
    }
    let facts: Facts;
    try {
      facts = await factsOf(alone.raw, options);
    } catch (thrown) {
      if (thrown instanceof ImageFault || thrown instanceof AudioFault) throw new FileFault(thrown.reason);
      throw thrown;
    }
    const field = fieldOf({ ...facts, ...captionFields(caption) });
    if (caption === null) {
      yield { ...alone, field, fault: null };
      return;
    }
    const both = new BoundedBytes(recordBytesMax);
    both.push(joinCaption(alone.raw, caption));
    const gathered = both.finish();
    yield { ...gathered, field, fault: gathered.raw === null ? 'too-large' : null };
  };

/**
 * JPEG, PNG, WebP, AVIF and TIFF with width, height, format, orientation, takenAt and description as fields, and those of
 * a JSON file beside it, which come first.
 */
export const image = media(imageFacts);

/** WAV, FLAC, MP3 and Ogg Vorbis with format, sampleRate, channels and seconds as fields, and those of a JSON file beside it. */
export const audio = media(audioFacts);
