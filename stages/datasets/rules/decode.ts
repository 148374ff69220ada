import { type Entity, plumblineError } from '../../../contracts/index.js';
import { type Parsed, parseEntities, parseSpan } from '../../annotations.js';
import type { Document, DocumentReader } from '../documents/document.js';
import { readDocx } from '../documents/docx.js';
import { readAudioText, readImageText } from '../documents/media.js';
import { readPdf } from '../documents/pdf.js';
import { readPlainText } from '../documents/plainText.js';
import { mainText } from '../html/mainText.js';
import { decodeMail } from '../mail/decodeMail.js';
import { type Draft, type DraftRule, dropped, kept, type Outcome } from './rule.js';

const NO_BYTES = new Uint8Array(0);

const ofMail = async (draft: Draft): Promise<Outcome> => {
  let mail: Awaited<ReturnType<typeof decodeMail>>;
  try {
    mail = await decodeMail(draft.raw);
  } catch {
    return dropped('unreadable');
  }
  const { subject, bodies, sentAt, attachments, notes, dateUnreadable } = mail;
  return kept({ ...draft, raw: NO_BYTES, subject, bodies, sentAt }, [
    ...new Set(notes),
    ...(attachments > 0 ? [`${attachments} attachment${attachments > 1 ? 's' : ''} left out`] : []),
    ...(dateUnreadable ? ['date-unreadable'] : []),
  ]);
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Rows were stored as canonical JSON by the collection. */
const ofRow = (draft: Draft): Outcome => {
  let row: Readonly<Record<string, unknown>>;
  try {
    row = JSON.parse(decoder.decode(draft.raw)) as Readonly<Record<string, unknown>>;
  } catch {
    return dropped('unreadable');
  }
  const texts = draft.textFields.flatMap((field) => {
    const value = Object.hasOwn(row, field) ? row[field] : undefined;
    return value === undefined || value === null
      ? []
      : [typeof value === 'string' ? value : JSON.stringify(value)];
  });
  const bodies = texts.map((content) => ({ kind: 'text' as const, content }));
  const decoded = { ...draft, raw: NO_BYTES, subject: '', bodies };
  const parsed = spansOf(row, draft);
  if (parsed === null) return kept(decoded);
  if (parsed.fault !== null) return dropped(parsed.fault);
  // Positions are in one text; of several nobody can say which.
  const [text, ...others] = texts;
  if (text === undefined || others.length > 0) return dropped(text === undefined ? 'empty' : 'several-texts');
  if (parsed.value.some(({ end }) => end > text.length)) return dropped('span-outside-text');
  return kept({ ...decoded, spans: parsed.value });
};

/** The spans of a row whose source labels spans, else null. */
const spansOf = (
  row: Readonly<Record<string, unknown>>,
  { labelledBy }: Draft,
): Parsed<readonly Entity[]> | null => {
  const field = (name: string) => (Object.hasOwn(row, name) ? row[name] : undefined);
  if (labelledBy.from === 'entities') return parseEntities(field(labelledBy.field));
  if (labelledBy.from !== 'relation') return null;
  const head = parseSpan(field(labelledBy.head));
  const tail = parseSpan(field(labelledBy.tail));
  if (head.fault !== null) return head;
  if (tail.fault !== null) return tail;
  const spans = [
    { ...head.value, label: 'head' },
    { ...tail.value, label: 'tail' },
  ];
  return { value: spans.sort((a, b) => a.start - b.start), fault: null };
};

const ofPage = (draft: Draft): Outcome => {
  const charset = /;charset=(.+)$/.exec(draft.format)?.[1] ?? null;
  const { title, content, kind, publishedAt, notes } = mainText(draft.raw, charset);
  const bodies = [{ kind, content }];
  return kept({ ...draft, raw: NO_BYTES, subject: title, bodies, sentAt: publishedAt }, notes);
};

const ofDocument =
  (read: DocumentReader) =>
  async (draft: Draft): Promise<Outcome> => {
    let document: Document;
    try {
      document = await read(draft.raw, draft.textFields);
    } catch {
      return dropped('unreadable');
    }
    if ('fault' in document) return dropped(document.fault);
    const bodies = [{ kind: 'text' as const, content: document.text }];
    return kept({ ...draft, raw: NO_BYTES, subject: '', bodies }, document.notes);
  };

const DECODERS: Readonly<Record<string, (draft: Draft) => Outcome | Promise<Outcome>>> = {
  eml: ofMail,
  mbox: ofMail,
  jsonl: ofRow,
  csv: ofRow,
  parquet: ofRow,
  conll: ofRow,
  json: ofRow,
  txt: ofDocument(async (raw) => readPlainText(raw)),
  pdf: ofDocument(readPdf),
  docx: ofDocument(readDocx),
  image: ofDocument(readImageText),
  audio: ofDocument(readAudioText),
  html: ofPage,
};

/**
 * From raw bytes to subject, texts and date. Headers end here: they would let the label leak. A change is
 * recorded where something was guessed or left out, not for the decoding itself.
 */
export const decode: DraftRule = {
  name: 'decode',
  version: 1,
  on: { always: 'From raw bytes to subject, texts and date; of a mail no other header is kept.' },
  reasons: [
    'unreadable',
    'malformed-entities',
    'overlapping-entities',
    'span-outside-text',
    'several-texts',
    'empty',
  ],
  apply: (draft) => {
    // A parameter, as in `html;charset=gbk`, is the decoder's business.
    const decodeDraft = DECODERS[draft.format.split(';', 1)[0] as string];
    if (decodeDraft === undefined)
      throw plumblineError(
        'DATASET_INVALID',
        `record ${draft.recordId} has the unknown format "${draft.format}"`,
      );
    return decodeDraft(draft);
  },
};
