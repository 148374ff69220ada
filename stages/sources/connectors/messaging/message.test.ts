import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from '../../../digest.js';
import { fieldNames, messageRecord, metadataText } from './message.js';

const limits = { recordBytesMax: 1_000_000 };
const json = (text: string | Uint8Array, recordBytesMax = limits.recordBytesMax) =>
  messageRecord(Buffer.from(text), { key: 'k' }, { value: 'json', recordBytesMax });

describe('messageRecord', () => {
  it('makes a row of the members of the value and what came with it', () => {
    const record = json('{"text":"hello","n":1}');
    expect(Buffer.from(record.raw!).toString()).toBe('{"key":"k","n":1,"text":"hello"}');
    expect(record.field('key')).toBe('k');
    expect(fieldNames(record)).toEqual(['key', 'n', 'text']);
  });

  it('lets a member of the value cover metadata of the same name', () => {
    expect(json('{"key":"own"}').field('key')).toBe('own');
  });

  it('takes text and bytes as they are', () => {
    const bytes = Uint8Array.of(0xff, 0x00);
    const as = (value: 'text' | 'bytes', raw: Uint8Array) => messageRecord(raw, {}, { value, ...limits });
    expect(as('text', Buffer.from('{')).field('text')).toBe('{');
    expect(as('text', bytes).fault).toBe('not-utf-8');
    expect(as('bytes', bytes).field('value')).toBe('/wA=');
  });

  it.each([
    ['{', 'malformed-json'],
    ['', 'malformed-json'],
    ['[1]', 'not-an-object'],
    ['null', 'not-an-object'],
    [Uint8Array.of(0xc3, 0x28), 'not-utf-8'],
    [`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'too-deep'],
  ])('keeps what it cannot read as it came, with the reason: %#', (text, fault) => {
    const record = json(text);
    expect(record).toMatchObject({ fault, sha256: sha256Hex(Buffer.from(text)) });
    expect(fieldNames(record)).toEqual([]);
  });

  it('does not hold what is larger than the source allows', () => {
    expect(json(`{"text":"${'x'.repeat(100)}"}`, 50)).toMatchObject({ fault: 'too-large', raw: null });
  });

  it('tells bytes that are no UTF-8 from text', () => {
    expect(metadataText(Buffer.from('é'))).toBe('é');
    expect(metadataText(Uint8Array.of(0xff))).toBe('base64:/w==');
  });
});
