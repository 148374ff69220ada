import { type Bodies, bodiesOf } from './body.js';
import { decodeText } from './charset.js';
import { parseMailDate } from './date.js';
import { decodeWords } from './encodedWords.js';
import { type MailPart, parseMail } from './parts.js';

export interface DecodedMail extends Bodies {
  readonly subject: string;
  /** ISO 8601 in UTC, or null when the mail has no Date header or an unreadable one. */
  readonly sentAt: string | null;
  readonly dateUnreadable: boolean;
}

const firstCharset = (part: MailPart): string | null =>
  part.charset ?? part.children.map(firstCharset).find((charset) => charset !== null) ?? null;

/**
 * What a reader sees of a mail: its subject and its texts. No other header is looked at but Date, which does
 * not become text. Raw 8-bit bytes in the subject are taken to be of the body's charset.
 */
export const decodeMail = async (raw: Uint8Array): Promise<DecodedMail> => {
  const mail = await parseMail(raw);
  const bodies = bodiesOf(mail.root);
  const charset = bodies.charset ?? firstCharset(mail.root);
  const subject = decodeText(Buffer.from(mail.header('subject') ?? '', 'latin1'), charset);
  const date = mail.header('date');
  const sentAt = date === null ? null : parseMailDate(date);
  return {
    ...bodies,
    subject: decodeWords(subject.text),
    sentAt,
    dateUnreadable: date !== null && sentAt === null,
  };
};
