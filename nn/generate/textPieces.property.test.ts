import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byteFallbackJson, byteLevelJson, detokenizer } from './testing/byteTokenizers.js';
import { TextPieces } from './textPieces.js';

const formats = [
  ['byte-level', byteLevelJson],
  ['byte-fallback', byteFallbackJson],
] as const;

/** In both vocabularies a byte's id is the byte. */
const idsOf = (text: string) => [...Buffer.from(text)];
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((each) => !each.includes('\uFFFD'));

async function piecesOf(json: string, ids: readonly number[]): Promise<string[]> {
  const pieces = new TextPieces(detokenizer(json));
  const out: string[] = [];
  for (const id of ids) out.push(await pieces.push(id));
  return [...out, await pieces.finish()];
}

describe.each(formats)('text from %s tokens', (_, json) => {
  it('joins to the text of all tokens, and no piece holds half a character', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (wanted) => {
        const pieces = await piecesOf(json, idsOf(wanted));
        expect(pieces.join('')).toBe(await detokenizer(json)(idsOf(wanted)));
        for (const piece of pieces) expect(piece).not.toMatch(/[\uFFFD\p{Cs}]/u);
      }),
    );
  });

  it('comes as soon as the last byte of a character is there', async () => {
    expect(await piecesOf(json, idsOf('é\u{1F600}!'))).toEqual(['', 'é', '', '', '', '\u{1F600}', '!', '']);
  });

  it('shows at the end what never became a character', async () => {
    const pieces = await piecesOf(json, [...idsOf('ab'), 0xf0, 0x9f]);
    expect(pieces.join('')).toMatch(/^ab\uFFFD+$/);
    expect(pieces.slice(0, -1).join('')).toBe('ab');
  });
});

it('keeps the space before a later word, and drops that before the first', async () => {
  const [space, word, plural] = [256, 257, 258];
  expect(await piecesOf(byteFallbackJson, [word, plural, word, space, word])).toEqual([
    'word',
    's',
    ' word',
    ' ',
    ' word',
    '',
  ]);
});
