import type { Entity } from '../../../contracts/index.js';
import { BoundedBytes } from './boundedBytes.js';
import { type FormatReader, type FormatRecord, noField } from './format.js';
import { readLines } from './lines.js';
import { faultyRecord, rowRecord } from './row.js';

const decoder = new TextDecoder('utf-8', { fatal: true });
const BLANK = /^[ \t\r]*$/;
/** Begins a document in the files of the shared task. */
const DOCUMENT = '-DOCSTART-';
const TAG = /^(?:O|([BI])-(.+))$/;

interface TaggedWord {
  readonly word: string;
  /** B, I, or empty outside of entities. */
  readonly prefix: string;
  readonly label: string;
}

/** The first column is the word, the last its tag, whatever stands between. */
const readWord = (line: string): TaggedWord | null => {
  const columns = line.trim().split(/[ \t]+/);
  const tag = columns.length < 2 ? null : TAG.exec(columns.at(-1)!);
  return tag && { word: columns[0]!, prefix: tag[1] ?? '', label: tag[2] ?? '' };
};

/** Words joined by single spaces, and their tags as spans; an I- after another label begins an entity, as in IOB1 files. */
const toRow = (words: readonly TaggedWord[]): { readonly text: string; readonly entities: Entity[] } => {
  let text = '';
  const entities: Entity[] = [];
  words.forEach(({ word, prefix, label }, index) => {
    const start = text === '' ? 0 : text.length + 1;
    text = text === '' ? word : `${text} ${word}`;
    const before = words[index - 1];
    const last = entities.at(-1);
    if (prefix === 'I' && before?.label === label && last !== undefined)
      entities[entities.length - 1] = { ...last, end: text.length };
    else if (prefix !== '') entities.push({ start, end: text.length, label });
  });
  return { text, entities };
};

const toRecord = (gathered: BoundedBytes, recordBytesMax: number): FormatRecord | null => {
  const sentence = gathered.finish();
  if (sentence.raw === null) return { ...sentence, field: noField, fault: 'too-large' };
  let lines: string[];
  try {
    lines = decoder.decode(sentence.raw).split('\n');
  } catch {
    return faultyRecord(sentence.raw, recordBytesMax, 'not-utf-8');
  }
  const words = lines
    .filter((line) => !BLANK.test(line) && !line.startsWith(DOCUMENT))
    .map((line) => readWord(line));
  if (words.length === 0) return null;
  if (words.includes(null)) return faultyRecord(sentence.raw, recordBytesMax, 'malformed-row');
  return rowRecord(toRow(words.filter((word) => word !== null)), recordBytesMax);
};

/**
 * Columns as in the CoNLL-2003 shared task (Tjong Kim Sang and De Meulder): a word a line, its BIO tag in the last column, an
 * empty line after each sentence. A sentence is a record with `text` and `entities`.
 */
export const conll: FormatReader = async function* (file, { recordBytesMax }) {
  let sentence = new BoundedBytes(recordBytesMax);
  for await (const { bytes, begins, ends } of readLines(file)) {
    const isBlank = begins && ends && BLANK.test(Buffer.from(bytes).toString().replace(/\n$/, ''));
    if (!isBlank) {
      sentence.push(bytes);
      continue;
    }
    const record = toRecord(sentence, recordBytesMax);
    sentence = new BoundedBytes(recordBytesMax);
    if (record !== null) yield record;
  }
  const record = toRecord(sentence, recordBytesMax);
  if (record !== null) yield record;
};
