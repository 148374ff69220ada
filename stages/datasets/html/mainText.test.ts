import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { mainText } from './mainText.js';

const SENTENCE =
  '港の北側の岸壁で火曜日の朝、強風のためにクレーンが倒れ、港は週末まで閉鎖されることになった。';
const page = (head: string, text = SENTENCE.repeat(4)) =>
  `<html><head>${head}</head><body><article><p>${text}</p></article></body></html>`;

describe('mainText', () => {
  it.each<readonly [string, Uint8Array, string | null]>([
    ['the header', iconv.encode(page(''), 'euc-jp'), 'euc-jp'],
    [
      'the header before the meta element',
      iconv.encode(page('<meta charset="shift_jis">'), 'euc-jp'),
      'euc-jp',
    ],
    ['the meta element', iconv.encode(page('<meta charset="shift_jis">'), 'shift_jis'), null],
    [
      'its byte order mark before the header',
      iconv.encode(page(''), 'utf-16le', { addBOM: true }),
      'shift_jis',
    ],
    ['its bytes, where nothing is declared', iconv.encode(page(''), 'euc-jp'), null],
  ])('is read in the charset of %s', (_what, bytes, header) => {
    expect(mainText(bytes, header).content).toContain(SENTENCE);
  });

  it('has title and instant, and falls back to the whole page', () => {
    const published = page(
      '<title> A\n title </title><meta property="article:published_time" content="2026-11-20T08:30:00+01:00">',
    );
    expect(mainText(Buffer.from(published), null)).toMatchObject({
      title: expect.stringMatching(/^A\s+title$/),
      publishedAt: '2026-11-20T07:30:00.000Z',
      notes: [],
    });
    expect(mainText(Buffer.from('<title>t</title><p>short'), null)).toMatchObject({
      title: 't',
      content: '<title>t</title><p>short',
      notes: ['no main part, read whole'],
    });
  });

  it.each([
    ['nothing', ''],
    ['a million open tags', '<b>'.repeat(1_000_000)],
    ['a million brackets', '<'.repeat(1_000_000)],
    ['a hundred thousand elements', '<p>x</p>'.repeat(100_000)],
    ['many brackets', '<'.repeat(20_000)],
    ['half a tag', '<p class="x'],
    ['text', 'just words, no markup'],
  ])('takes %s in bounded time', (_what, html) => {
    expect(typeof mainText(Buffer.from(html), null).content).toBe('string');
  });
});
