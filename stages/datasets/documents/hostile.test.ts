import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { zipOf } from '../../sources/files/testing/zipOf.js';
import { readDocx } from './docx.js';
import { readPdf } from './pdf.js';
import { readPlainText } from './plainText.js';

/** A PDF of these objects, numbered from 1; the first is the catalog. */
const pdfOf = (objects: readonly (string | Buffer)[]): Buffer => {
  const parts = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = parts[0]!.byteLength;
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ]);
    offsets.push(length);
    length += part.byteLength;
    parts.push(part);
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
};

const streamOf = (data: Buffer, filter = '/FlateDecode') =>
  Buffer.concat([
    Buffer.from(`<</Length ${data.byteLength}/Filter ${filter}>>\nstream\n`),
    data,
    Buffer.from('\nendstream'),
  ]);

const onePage = (content: Buffer) =>
  pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>',
    content,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]);

describe('a hostile PDF', () => {
  it('is read as any other when it is honest', async () => {
    const content = deflateSync(Buffer.from('BT /F 12 Tf 72 720 Td (Dear Ada) Tj ET'));
    expect(await readPdf(onePage(streamOf(content)), [])).toEqual({ text: 'Dear Ada', notes: [] });
  });

  it('of 100,000 pages is refused', async () => {
    const count = 100_000;
    const kids = Array.from({ length: count }, () => '3 0 R').join(' ');
    const file = pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${kids}]/Count ${count}>>`,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>',
    ]);
    expect(await readPdf(file, [])).toEqual({ fault: 'too-many-pages' });
  });

  it('whose streams inflate to what only bombs do is refused before any is read', async () => {
    const spaces = deflateSync(Buffer.alloc(70 * 2 ** 20, 0x20));
    expect(await readPdf(onePage(streamOf(spaces)), [])).toEqual({ fault: 'compression-ratio' });
    const twice = deflateSync(spaces);
    expect(await readPdf(onePage(streamOf(twice, '[/FlateDecode /FlateDecode]')), [])).toEqual({
      fault: 'compression-ratio',
    });
  });

  it('that was cut off or is none is unreadable or has the text that is left, and never hangs', async () => {
    const whole = onePage(streamOf(deflateSync(Buffer.from('BT (x) Tj ET'))));
    for (const size of [0, 10, 200, whole.byteLength - 100])
      expect(Object.keys(await readPdf(whole.subarray(0, size), []))).not.toEqual([]);
    expect(await readPdf(Buffer.from('%PDF-1.7 nothing'), [])).toEqual({ fault: 'unreadable' });
  });
});

const docxOf = (xml: string, more: Readonly<Record<string, string | Uint8Array>> = {}) =>
  zipOf({
    '[Content_Types].xml':
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels':
      '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/document.xml': xml,
    ...more,
  });
const bodyOf = (text: string, doctype = '') =>
  `<?xml version="1.0"?>${doctype}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`;

describe('a hostile DOCX', () => {
  it('is read as any other when it is honest', async () => {
    expect(await readDocx(docxOf(bodyOf('Dear Ada')), [])).toEqual({ text: 'Dear Ada', notes: [] });
  });

  it('never brings a file of this machine along by an external entity', async () => {
    const doctype = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>';
    const found = await readDocx(docxOf(bodyOf('a &file; b', doctype)), []);
    expect(JSON.stringify(found)).not.toContain('root:');
  });

  it('does not grow by entities of entities', async () => {
    const entities = Array.from(
      { length: 30 },
      (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`,
    );
    const doctype = `<!DOCTYPE x [<!ENTITY e0 "lol">${entities.join('')}]>`;
    expect(JSON.stringify(await readDocx(docxOf(bodyOf('&e30;', doctype)), [])).length).toBeLessThan(10_000);
  });

  it('that unpacks to too much, lies about it, or is no archive is refused', async () => {
    const bomb = docxOf(bodyOf('x'), { 'word/media/a.bin': Buffer.alloc(70 * 2 ** 20) });
    expect(await readDocx(bomb, [])).toEqual({ fault: 'compression-ratio' });
    const lying = Buffer.from(docxOf(bodyOf('x'.repeat(1000))));
    lying.writeUInt32LE(10, lying.lastIndexOf('PK\x01\x02') + 24);
    expect(await readDocx(lying, [])).toEqual({ fault: 'unreadable' });
    expect(await readDocx(Buffer.from('PK\x03\x04 nothing'), [])).toEqual({ fault: 'unreadable' });
  });
});

describe('plain text', () => {
  it('is read in the charset of its byte order mark, else in the one it looks least odd in', () => {
    expect(readPlainText(Buffer.from('\ufeffGrüße'))).toEqual({ text: 'Grüße', notes: [] });
    expect(readPlainText(Buffer.from('\ufeffGrüße', 'utf16le'))).toEqual({ text: 'Grüße', notes: [] });
    expect(readPlainText(Buffer.from('\ufeffGrüße', 'utf16le').swap16())).toEqual({
      text: 'Grüße',
      notes: [],
    });
    expect(readPlainText(Buffer.from('Gr\xfc\xdfe aus M\xfcnchen', 'latin1'))).toMatchObject({
      text: 'Grüße aus München',
    });
  });
});
