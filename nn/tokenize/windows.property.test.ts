import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codeUnitPositions, cutText } from './offsets.js';
import { type EncodedSpans, segmentRange, tokensOfSpan } from './spans.js';
import { tinyTokenizerJson } from './testing/tinyTokenizer.js';
import { loadTokenizer, type Tokenizer } from './tokenizer.js';

const part = fc.constantFrom('free', 'meeting', 'money', ' ', 'now!', 'zebra', '😀', 'é', '\n', '中');
const text = fc.array(part, { maxLength: 25 }).map((parts) => parts.join(''));
const EVERYTHING = { maxLength: 1000, overflow: { kind: 'cut-last' } } as const;

/** The tokens of one text of a window, as what identifies them. */
const tokensOf = (spans: EncodedSpans, segment: 0 | 1): string[] => {
  const [start, end] = segmentRange(spans.segments, segment) ?? [0, 0];
  return Array.from({ length: end - start }, (_, i) => {
    const at = start + i;
    return [spans.ids[at], spans.typeIds[at], spans.words[at], spans.starts[at], spans.ends[at]].join();
  });
};
const specialOf = ({ ids, segments }: EncodedSpans) => [...ids].filter((_, i) => segments[i] === -1);

describe('windows', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await loadTokenizer(tinyTokenizerJson);
  });

  it('hold the first text and all of the second, each as many tokens of the one before as the stride says', async () => {
    const lengths = fc.record({ extra: fc.integer({ min: 1, max: 8 }), stride: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(text, text, lengths, async (first, second, { extra, stride }) => {
        const [[whole] = []] = await tokenizer.encodeSpans([[first, second]], EVERYTHING);
        const [context, all] = [tokensOf(whole!, 0), tokensOf(whole!, 1)];
        const room = extra + stride;
        const maxLength = specialOf(whole!).length + context.length + room;
        const overflow = { kind: 'windows', stride } as const;
        const [windows] = await tokenizer.encodeSpans([[first, second]], { maxLength, overflow });
        const read: string[] = [];
        for (const [i, window] of windows!.entries()) {
          expect(window.ids.length).toBeLessThanOrEqual(maxLength);
          expect(tokensOf(window, 0)).toEqual(context);
          expect(specialOf(window)).toEqual(specialOf(whole!));
          const tokens = tokensOf(window, 1);
          if (i > 0) expect(read.slice(-stride || read.length)).toEqual(tokens.slice(0, stride));
          read.push(...tokens.slice(i > 0 ? stride : 0));
        }
        expect(read).toEqual(all);
      }),
      { numRuns: 100 },
    );
  });

  it('find the tokens of an answer, which cover it and no token more', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), fc.nat(), async (answerText, from, size) => {
        const [[spans] = []] = await tokenizer.encodeSpans([['now', answerText]], EVERYTHING);
        const start = from % (answerText.length + 1);
        const end = Math.min(answerText.length, start + 1 + (size % 6));
        const found = tokensOfSpan(spans!, 1, start, end);
        if (!found) return;
        const { first, last } = found;
        expect(spans!.starts[first]).toBeLessThanOrEqual(start);
        expect(spans!.ends[last]).toBeGreaterThanOrEqual(end);
        expect(spans!.ends[first]).toBeGreaterThan(start);
        expect(spans!.starts[last]).toBeLessThan(end);
      }),
      { numRuns: 100 },
    );
  });

  it('find an answer only where they hold it', async () => {
    const answerText = 'money now money free';
    const overflow = { kind: 'windows', stride: 0 } as const;
    const [windows] = await tokenizer.encodeSpans([['at', answerText]], { maxLength: 3, overflow });
    const free = answerText.indexOf('free');
    const found = windows!.map((window) => tokensOfSpan(window, 1, free, free + 4));
    expect(found.at(-1)).toEqual({ first: 2, last: 2 });
    expect(found.slice(0, -1).every((tokens) => tokens === undefined)).toBe(true);
    expect(tokensOfSpan(windows![0]!, 1, 5, 5)).toBeUndefined();
  });

  it('are refused when no text, or no more of it than the stride, has room', async () => {
    const refused = (maxLength: number, stride: number) =>
      expect(
        tokenizer.encodeSpans(['free money now now'], { maxLength, overflow: { kind: 'windows', stride } }),
      ).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    await refused(2, 0);
    await refused(4, 2);
    await refused(4, -1);
    await refused(4, 0.5);
    await expect(
      tokenizer.encodeSpans([['free money', 'now']], { maxLength: 2, overflow: { kind: 'cut-last' } }),
    ).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    await expect(tokenizer.encodeSpans(['a'.repeat(1_000_001)], EVERYTHING)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
  });
});

describe('positions', () => {
  const any = fc.string({ unit: 'binary' });

  it('in code points become those in code units', () => {
    fc.assert(
      fc.property(fc.oneof(any, text), (value) => {
        const toUnits = codeUnitPositions(value);
        const points = [...value];
        for (let i = 0; i <= points.length; i++) {
          expect(toUnits(i)).toBe(points.slice(0, i).join('').length);
        }
      }),
    );
  });

  it('of a cut never lie within a character', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 20 }), (value, length) => {
        const cut = cutText(value, length);
        expect(value.startsWith(cut)).toBe(true);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(value.length, length) - 1);
        expect(/\p{Surrogate}/u.test(cut)).toBe(false);
      }),
    );
  });
});
