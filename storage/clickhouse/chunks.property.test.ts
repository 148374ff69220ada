import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insertChunks } from './chunks.js';

describe('insert chunks', () => {
  it('hold every row once, in order, none is empty, and none exceeds the bounds unless it is one row', () => {
    const rowArbitrary = fc.record({
      text: fc.integer({ min: 0, max: 12 }).map((mebibytes) => 'x'.repeat(mebibytes * 1024 * 1024)),
      embedding: fc.constant([1, 2, 3]),
    });
    fc.assert(
      fc.property(fc.array(rowArbitrary, { maxLength: 12 }), (rows) => {
        const chunks = [...insertChunks(rows)];
        expect(chunks.flat().map(({ text }) => text.length)).toEqual(rows.map(({ text }) => text.length));
        for (const chunk of chunks) {
          const characters = chunk.reduce((sum, { text }) => sum + text.length, 0);
          expect(chunk.length === 1 || (chunk.length > 1 && characters <= 8 * 1024 * 1024)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('hold at most 2,000 rows', () => {
    const rows = Array.from({ length: 4_001 }, (_, id) => ({ id }));
    expect([...insertChunks(rows)].map((chunk) => chunk.length)).toEqual([2000, 2000, 1]);
  });
});
