import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonItems } from './jsonItems.js';

/** The items of a text that comes in parts of these lengths, parsed. */
const itemsOf = (text: string, pointer: string, lengths: readonly number[]): unknown[] => {
  const bytes = Buffer.from(text);
  const items = new JsonItems(pointer, Number.POSITIVE_INFINITY);
  const found: unknown[] = [];
  const take = (raw: Uint8Array | null) => found.push(JSON.parse(Buffer.from(raw ?? '').toString()));
  for (let at = 0, part = 0; at < bytes.byteLength; part += 1) {
    const length = lengths[part % lengths.length]!;
    for (const item of items.push(bytes.subarray(at, at + length))) take(item.finish().raw);
    at += length;
  }
  const last = items.finish();
  if (last !== null) take(last.finish().raw);
  return found;
};

const tokenOf = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
const value = fc.jsonValue({ maxDepth: 4 });
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const indent = fc.constantFrom(0, 1, '\t');
const normal = (any: unknown): unknown => JSON.parse(JSON.stringify(any));

describe('items of a JSON text', () => {
  it('are the elements of the document’s list, however it is cut into parts', () =>
    fc.assert(
      fc.property(fc.array(value), lengths, indent, (list, parts, spaces) => {
        expect(itemsOf(JSON.stringify(list, null, spaces), '', parts)).toEqual(normal(list));
      }),
    ));

  it('are those of the list at a pointer, and nothing of what lies around it', () =>
    fc.assert(
      fc.property(
        fc.array(value),
        fc.array(fc.oneof(fc.string(), fc.nat(3)), { maxLength: 4 }),
        value,
        lengths,
        indent,
        (list, path, other, parts, spaces) => {
          const document = path.reduceRight<unknown>(
            (inner, token) =>
              typeof token === 'number'
                ? [...Array.from({ length: token }, () => other), inner, other]
                : Object.fromEntries([
                    [`${token}before`, other],
                    [token, inner],
                    [`${token}after`, other],
                  ]),
            list,
          );
          const pointer = path.map((token) => `/${tokenOf(String(token))}`).join('');
          expect(itemsOf(JSON.stringify(document, null, spaces), pointer, parts)).toEqual(normal(list));
        },
      ),
    ));

  it('of a document that is no list are the document itself', () =>
    fc.assert(
      fc.property(
        value.filter((any) => !Array.isArray(any)),
        lengths,
        (any, parts) => {
          expect(itemsOf(JSON.stringify(any), '', parts)).toEqual([normal(any)]);
        },
      ),
    ));

  it('of a text that was cut off end with a fault, never in silence', () =>
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.nat(), lengths, (list, cut, parts) => {
        const text = Buffer.from(JSON.stringify(list));
        const begun = text.subarray(0, cut % text.byteLength).toString('latin1');
        expect(() => itemsOf(Buffer.from(begun, 'latin1').toString(), '', parts)).toThrow(
          expect.objectContaining({ reason: 'truncated' }),
        );
      }),
    ));
});
