import { type Caption, splitCaption } from '../../captionedFile.js';
import { readImage } from '../../imageFile.js';
import type { Document, DocumentReader } from './document.js';
import { readPlainText } from './plainText.js';

/** Keys of captions that data sets of pictures and sounds use. */
const CAPTION_KEYS = ['caption', 'description'];

const NO_TEXT: Document = { fault: 'no-text' };

const textOf = (values: readonly unknown[]): Document => {
  const texts = values.filter((value) => typeof value === 'string' && value.trim() !== '');
  return texts.length === 0 ? NO_TEXT : { text: texts.join('\n\n'), notes: [] };
};

/** Of a JSON caption the source's text fields, else its `caption` or `description`. */
const ofCaption = ({ kind, bytes }: Caption, textFields: readonly string[]): Document => {
  if (kind === 'txt') {
    const document = readPlainText(bytes);
    return 'text' in document && document.text.trim() === '' ? NO_TEXT : document;
  }
  const fields = JSON.parse(Buffer.from(bytes).toString()) as Readonly<Record<string, unknown>>;
  const valuesOf = (names: readonly string[]) =>
    names.map((name) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
  // The first of the groups that has a text counts.
  const groups = [textFields, ...CAPTION_KEYS.map((key) => [key])].map((names) => textOf(valuesOf(names)));
  return groups.find((document) => 'text' in document) ?? NO_TEXT;
};

/** The caption that lies beside a picture, else the description in its EXIF block. */
export const readImageText: DocumentReader = async (raw, textFields) => {
  const { media, caption } = splitCaption(raw);
  if (caption !== null) return ofCaption(caption, textFields);
  return textOf([(await readImage(media)).description]);
};

/** The caption that lies beside a sound. */
export const readAudioText: DocumentReader = async (raw, textFields) => {
  const { caption } = splitCaption(raw);
  return caption === null ? NO_TEXT : ofCaption(caption, textFields);
};
