import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { sha256Hex } from '../../digest.js';
import { withFiles } from '../../testing/index.js';
import type { FormatRecord } from './format.js';
import { FORMATS, type FormatName } from './index.js';

const readAll = (
  format: FormatName,
  content: string | Uint8Array,
  recordBytesMax = 1000,
): Promise<FormatRecord[]> =>
  withFiles({ file: content }, async (root) => {
    const records: FormatRecord[] = [];
    for await (const record of FORMATS[format](join(root, 'file'), { recordBytesMax })) {
      expect(record.raw === null || sha256Hex(record.raw) === record.sha256).toBe(true);
      records.push(record);
    }
    return records;
  });
const texts = (records: readonly FormatRecord[]) =>
  records.map(({ raw, fault }) => fault ?? Buffer.from(raw ?? '').toString());

describe('eml', () => {
  it('gives the whole file as one record with its headers as fields', async () => {
    const [record] = await readAll('eml', 'X-Labels: a,\r\n b\r\nSubject: Hi\r\n\r\nSubject: not me');
    expect(record?.field('x-labels')).toBe('a, b');
    expect(record?.field('Subject')).toBe('Hi');
    expect(record?.field('To')).toBeUndefined();
  });

  it('gives an empty file and one over the limit a reason, and the digest of all bytes', async () => {
    expect(texts(await readAll('eml', ''))).toEqual(['empty']);
    const [large] = await readAll('eml', 'x'.repeat(1001));
    expect(large).toMatchObject({
      fault: 'too-large',
      raw: null,
      bytes: 1001,
      sha256: sha256Hex('x'.repeat(1001)),
    });
  });
});

describe('mbox', () => {
  it('splits at postmarks after empty lines, unquotes >From and keeps From within a paragraph', async () => {
    const file =
      'From a@b Thu Jan 1\nSubject: 1\n\none\nFrom here on\n\n>From x\n>>From y\n\nFrom c@d Fri\nSubject: 2\n\ntwo\n\n\n';
    expect(texts(await readAll('mbox', file))).toEqual([
      'Subject: 1\n\none\nFrom here on\n\nFrom x\n>From y\n',
      'Subject: 2\n\ntwo\n\n',
    ]);
  });

  it('reads CRLF, a file cut off in a mail, and a postmark without a mail', async () => {
    const file = 'From a\r\nSubject: 1\r\n\r\none\r\n\r\nFrom b\r\n\r\nFrom c\r\nSubject: 2\r\n\r\ntw';
    expect(texts(await readAll('mbox', file))).toEqual([
      'Subject: 1\r\n\r\none\r\n',
      'empty',
      'Subject: 2\r\n\r\ntw',
    ]);
  });

  it('passes over a mail that is too large, with lines longer than any buffer, and goes on', async () => {
    const file = `From a\nSubject: 1\n\n${'x'.repeat(300_000)}\n\nFrom b\nSubject: 2\n\nok\n`;
    const records = await readAll('mbox', file);
    expect(texts(records)).toEqual(['too-large', 'Subject: 2\n\nok\n']);
    expect(records[0]?.sha256).toBe(sha256Hex(`Subject: 1\n\n${'x'.repeat(300_000)}\n`));
  });

  it('refuses a file that is no mbox', async () => {
    await expect(readAll('mbox', 'Subject: x\n\nbody')).rejects.toThrow('begins with a line "From …"');
  });
});

describe('jsonl', () => {
  it('makes canonical JSON of each row and gives each bad line its reason', async () => {
    const lines = ['\uFEFF{"b":1,"a":"é"}', '', '{"a":', '[1]', 'null', '{"label":true,"n":null}'];
    const records = await readAll(
      'jsonl',
      Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0x22, 0xff])]),
    );
    expect(texts(records)).toEqual([
      '{"a":"é","b":1}',
      'malformed-json',
      'not-an-object',
      'not-an-object',
      '{"label":true,"n":null}',
      'not-utf-8',
    ]);
    expect(records[4]?.field('label')).toBe('true');
    expect(records[4]?.field('n')).toBeUndefined();
    expect(records[4]?.field('toString')).toBeUndefined();
    expect(Buffer.from(records[1]?.raw ?? '').toString()).toBe('{"a":\n');
  });

  it('passes over a line that is too large', async () => {
    const records = await readAll('jsonl', `{"a":"${'x'.repeat(200_000)}"}\n{"a":1}`);
    expect(texts(records)).toEqual(['too-large', '{"a":1}']);
  });
});

describe('csv', () => {
  it('reads quotes, line ends within fields and a byte order mark; a row of another width has a reason', async () => {
    const records = await readAll('csv', '\uFEFFtext,label\r\n"a, ""b""\nc",ham\r\nonly one\r\nd,spam\r\n');
    expect(texts(records)).toEqual([
      '{"label":"ham","text":"a, \\"b\\"\\nc"}',
      'malformed-row',
      '{"label":"spam","text":"d"}',
    ]);
    expect(
      Buffer.from(records[1]?.raw ?? '')
        .toString()
        .trim(),
    ).toBe('only one');
  });

  it('refuses bytes that are not UTF-8 rather than reading them wrongly', async () => {
    const file = Buffer.concat([Buffer.from('text\n'), Buffer.from([0x63, 0xe9]), Buffer.from('\nok\n')]);
    expect(texts(await readAll('csv', file))).toEqual(['not-utf-8', '{"text":"ok"}']);
  });
});

describe('parquet', () => {
  it('reads every row group; integers, instants and bytes become JSON', async () => {
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: ['a', 'b', 'c'], type: 'STRING' },
        { name: 'n', data: [1n, 2n, 2n ** 60n], type: 'INT64' },
        { name: 'at', data: [new Date(0), new Date(1), new Date(2)], type: 'TIMESTAMP' },
      ],
      rowGroupSize: 2,
    });
    expect(texts(await readAll('parquet', new Uint8Array(file)))).toEqual([
      '{"at":"1970-01-01T00:00:00.000Z","n":1,"text":"a"}',
      '{"at":"1970-01-01T00:00:00.001Z","n":2,"text":"b"}',
      '{"at":"1970-01-01T00:00:00.002Z","n":"1152921504606846976","text":"c"}',
    ]);
  });

  it('refuses a file cut off', async () => {
    await expect(readAll('parquet', 'PAR1 nothing else')).rejects.toThrow();
  });
});

describe('conll', () => {
  it('makes a record of each sentence: words joined by spaces, tags as spans in UTF-16 code units', async () => {
    const file =
      '-DOCSTART- -X- O O\n\n😀 NN B-MISC\nEU NNP I-NP B-ORG\nrejects VBZ I-VP O\nNew NNP I-NP B-LOC\nYork NNP I-NP I-LOC\r\n\n\nok O';
    expect(texts(await readAll('conll', file))).toEqual([
      '{"entities":[{"end":2,"label":"MISC","start":0},{"end":5,"label":"ORG","start":3},{"end":22,"label":"LOC","start":14}],"text":"😀 EU rejects New York"}',
      '{"entities":[],"text":"ok"}',
    ]);
  });

  it('reads the tags of older files, in which I- begins an entity', async () => {
    const [record] = await readAll('conll', 'A I-PER\nB I-PER\nC B-PER\nD I-ORG\n');
    expect(JSON.parse(record!.field('entities')!)).toEqual([
      { start: 0, end: 3, label: 'PER' },
      { start: 4, end: 5, label: 'PER' },
      { start: 6, end: 7, label: 'ORG' },
    ]);
  });

  it('gives a sentence without tags, one not in UTF-8 and one that is too large their reasons, and goes on', async () => {
    const file = Buffer.concat([
      Buffer.from('word\n\nEU X-ORG\n\n'),
      Buffer.from([0xff, 0x20, 0x4f, 0x0a, 0x0a]),
      Buffer.from(`${'x O\n'.repeat(300)}\nok O\n`),
    ]);
    expect(texts(await readAll('conll', file))).toEqual([
      'malformed-row',
      'malformed-row',
      'not-utf-8',
      'too-large',
      '{"entities":[],"text":"ok"}',
    ]);
  });
});
