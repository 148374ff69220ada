import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { readDocx } from './docx.js';
import { readImageText } from './media.js';
import { readPdf } from './pdf.js';

/** Made by make.py there, which says what Python's readers find in them. */
const goldens = new URL('../../sources/files/goldens/', import.meta.url);
const expected = JSON.parse(await readFile(new URL('expected.json', goldens), 'utf8')) as {
  readonly pdf: readonly string[];
  readonly docx: readonly string[];
};
const load = (name: string) => readFile(new URL(name, goldens));
const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

describe('the text of documents', () => {
  it.each(['letter.pdf', 'script.pdf'])('of %s is that of pypdf', async (name) => {
    const document = await readPdf(await load(name), []);
    expect('text' in document && lines(document.text)).toEqual(lines(expected.pdf.join('\n')));
  });

  it('of an encrypted PDF stays its own', async () => {
    expect(await readPdf(await load('encrypted.pdf'), [])).toEqual({ fault: 'encrypted' });
  });

  it('of a DOCX is that of python-docx', async () => {
    const document = await readDocx(await load('minutes.docx'), []);
    expect('text' in document && lines(document.text)).toEqual(expected.docx);
  });

  it('of a picture is its description', async () => {
    expect(await readImageText(await load('cat.jpg'), [])).toEqual({ text: 'a cat on a mat', notes: [] });
    expect(await readImageText(await load('plain.png'), [])).toEqual({ fault: 'no-text' });
  });
});
