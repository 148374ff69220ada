import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { decodeMail } from './decodeMail.js';

const decode = (raw: string | Uint8Array) => decodeMail(typeof raw === 'string' ? Buffer.from(raw) : raw);
const bodiesOf = async (raw: string | Uint8Array) =>
  (await decode(raw)).bodies.map(({ content }) => content.trim());

describe('decodeMail', () => {
  it('decodes quoted-printable and base64, with a list footer after the base64', async () => {
    const head = 'Subject: s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding:';
    expect(await bodiesOf(`${head} quoted-printable\n\ncaf=C3=A9 =\nau lait=20`)).toEqual(['café au lait']);
    const base64 = Buffer.from('grüße').toString('base64');
    expect(await bodiesOf(`${head} base64\n\n${base64}\n__________\nlist footer\n`)).toEqual([
      'grüße\n__________\nlist footer',
    ]);
  });

  it('prefers plain text to HTML, and takes HTML when the plain text is blank', async () => {
    const mail = (plain: string) =>
      `Content-Type: multipart/alternative; boundary=b\n\n--b\n\n${plain}\n--b\nContent-Type: text/html\n\n<p>html\n--b--\n`;
    expect(await bodiesOf(mail('plain'))).toEqual(['plain']);
    expect((await decode(mail(' '))).bodies).toEqual([{ kind: 'html', content: '<p>html' }]);
  });

  it('walks nested multiparts and leaves out attachments and embedded mails, counting them', async () => {
    const mail = await decode(
      [
        'Content-Type: multipart/mixed; boundary="a b"',
        '',
        'preamble for old programs',
        '--a b',
        'Content-Type: multipart/related; boundary=c',
        '',
        '--c',
        'Content-Type: multipart/alternative; boundary=d',
        '',
        '--d',
        'Content-Type: text/plain',
        '',
        'deep text',
        '--d',
        'Content-Type: text/html',
        '',
        '<b>deep</b>',
        '--d--',
        '--c',
        'Content-Type: image/gif',
        '',
        'R0lGOD',
        '--c--',
        '--a b',
        'Content-Type: text/plain',
        'Content-Disposition: attachment; filename=x.txt',
        '',
        'attached text',
        '--a b',
        'Content-Type: message/rfc822',
        '',
        'From: secret@example.org',
        'X-Spam-Status: Yes',
        '',
        'embedded',
        '--a b',
        '',
        'second text',
        '--a b--',
        'epilogue',
      ].join('\r\n'),
    );
    expect(mail.bodies.map(({ content }) => content.trim())).toEqual(['deep text', 'second text']);
    expect(mail.attachments).toBe(3);
  });

  it('gives what there is of a mail cut off, of a multipart without its boundary, and of one without headers', async () => {
    expect(
      await bodiesOf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Ty'),
    ).toContain('first');
    expect(await bodiesOf('Content-Type: multipart/mixed\n\njust text')).toEqual(['just text']);
    expect(await bodiesOf('Content-Type: multipart/mixed; boundary=b\n\njust text')).toEqual(['just text']);
    expect(await bodiesOf('\njust text')).toEqual(['just text']);
    expect((await decode('Subject: only')).subject).toBe('only');
    expect((await bodiesOf('')).join('')).toBe('');
  });

  it('never throws on binary input, and reads a line of a megabyte', async () => {
    for (let round = 0; round < 20; round += 1) await decode(randomBytes(4096));
    expect((await bodiesOf(`Subject: x\n\n${'y'.repeat(1_000_000)}`))[0]).toHaveLength(1_000_000);
  });

  it('decodes encoded words: neighbours, a character cut in two, a wrong charset, a broken word', async () => {
    const subject = async (value: string | Uint8Array) =>
      (await decode(Buffer.concat([Buffer.from('Subject: '), Buffer.from(value), Buffer.from('\n\nbody')])))
        .subject;
    expect(await subject('=?utf-8?Q?caf=C3=A9_au?=\n =?utf-8?B?IGxhaXQ=?= now')).toBe('café au lait now');
    expect(await subject('=?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?=')).toBe('日');
    expect(await subject('=?iso-8859-1?Q?=A31?= =?gb2312?B?xOO6ww==?=')).toBe('£1你好');
    expect(await subject('=?nonsense?Q?caf=E9?=')).toBe('café');
    expect(await subject('=?utf-8?Q?never closed')).toBe('=?utf-8?Q?never closed');
  });

  it('reads raw bytes in the subject in the charset of the body', async () => {
    const text = '您好，我公司专业生产各种机械配件，欢迎来电咨询。';
    const raw = Buffer.concat([
      Buffer.from('Subject: '),
      iconv.encode('您好', 'gb18030'),
      Buffer.from('\n\n'),
      iconv.encode(text, 'gb18030'),
    ]);
    const mail = await decode(raw);
    expect([mail.subject, mail.bodies[0]?.content]).toEqual(['您好', text]);
  });

  it('reads pages labelled as plain text as HTML, in the charset they name', async () => {
    const html = '<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><body>мир';
    const raw = Buffer.concat([Buffer.from('Content-Type: text/html\n\n'), iconv.encode(html, 'koi8-r')]);
    expect((await decode(raw)).bodies).toEqual([{ kind: 'html', content: html }]);
    expect((await decode('Subject: s\n\n  <HTML><b>x')).bodies[0]?.kind).toBe('html');
  });

  it('tells an unreadable date from a missing one', async () => {
    expect(await decode('Date: soon\n\nx')).toMatchObject({ sentAt: null, dateUnreadable: true });
    expect(await decode('Subject: s\n\nx')).toMatchObject({ sentAt: null, dateUnreadable: false });
  });

  it('passes over the postmark of an mbox', async () => {
    expect(await decode('From a@b Thu Aug 22 2002\nSubject: s\n\nx')).toMatchObject({ subject: 's' });
  });
});
