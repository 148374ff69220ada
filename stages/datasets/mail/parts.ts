import { type MimeNode, Splitter, type SplitterChunk } from '@zone-eu/mailsplit';
import libqp from 'libqp';

/** A node of a mail's MIME tree (RFC 2045, 2046). */
export interface MailPart {
  readonly type: string;
  /** `alternative`, `mixed`, … or null for a leaf. */
  readonly multipart: string | null;
  readonly charset: string | null;
  readonly isAttachment: boolean;
  readonly flowed: { readonly delSp: boolean } | null;
  readonly children: readonly MailPart[];
  /** The content after its transfer encoding was undone. */
  readonly content: () => Buffer;
}

export interface Mail {
  readonly root: MailPart;
  /** The raw value of the first header of that name, unfolded, one byte a character; null when absent. */
  readonly header: (name: string) => string | null;
}

/** Lists append their footers to encoded bodies in plain text: the encoded part ends where its alphabet does. */
const decodeBase64 = (raw: Buffer): Buffer => {
  const text = raw.toString('latin1');
  const footer = /^(?![A-Za-z0-9+/=\s]*$).*/m.exec(text);
  const encoded = footer === null ? text : text.slice(0, footer.index);
  const rest = footer === null ? '' : text.slice(footer.index);
  return Buffer.concat([
    Buffer.from(encoded, 'base64'),
    Buffer.from(rest === '' ? '' : `\n${rest}`, 'latin1'),
  ]);
};

const decodeTransfer = (raw: Buffer, encoding: string): Buffer => {
  if (encoding === 'base64') return decodeBase64(raw);
  return encoding === 'quoted-printable' ? libqp.decode(raw) : raw;
};

interface Growing {
  readonly node: MimeNode;
  readonly chunks: Buffer[];
  readonly children: Growing[];
}

const toPart = ({ node, chunks, children }: Growing): MailPart => ({
  type: node.contentType || 'text/plain',
  multipart: node.multipart || null,
  charset: node.charset || null,
  isAttachment: node.disposition === 'attachment',
  flowed: node.flowed ? { delSp: node.delSp } : null,
  children: children.map(toPart),
  content: () => decodeTransfer(Buffer.concat(chunks), node.encoding || ''),
});

const POSTMARK = /^>?From [^\n]*\n/;

/**
 * Splits a mail into its parts. Embedded mails stay closed, so that their headers never become text. A mail
 * cut off anywhere gives what there is of it.
 * @throws Error when the mail exceeds the splitter's bounds (headers of more than 1 MiB, 1,000 parts)
 */
export const parseMail = async (raw: Uint8Array): Promise<Mail> => {
  let bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const postmark = POSTMARK.exec(bytes.subarray(0, 1024).toString('latin1'));
  if (postmark !== null) bytes = bytes.subarray(postmark[0].length);
  const splitter = new Splitter({ ignoreEmbedded: true });
  splitter.end(bytes);
  const growing = new Map<MimeNode, Growing>();
  let root: Growing | null = null;
  for await (const chunk of splitter as AsyncIterable<SplitterChunk>) {
    if (chunk.type === 'node') {
      const entry: Growing = { node: chunk, chunks: [], children: [] };
      growing.set(chunk, entry);
      if (chunk.parentNode) growing.get(chunk.parentNode)?.children.push(entry);
      else root = entry;
    } else if (chunk.type === 'body' || chunk.type === 'data') {
      if (chunk.value) growing.get(chunk.node)?.chunks.push(chunk.value);
    }
  }
  if (root === null) throw new Error('the mail has no content');
  const { headers } = (root as Growing).node;
  const header = (name: string): string | null => {
    const line = headers ? headers.getList().find(({ key }) => key === name.toLowerCase())?.line : undefined;
    return line === undefined
      ? null
      : line
          .slice(line.indexOf(':') + 1)
          .replace(/\r?\n/g, '')
          .trim();
  };
  return { root: toPart(root), header };
};
