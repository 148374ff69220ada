import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { decodeText } from './charset.js';

const SAMPLES: readonly (readonly [string, string])[] = [
  ['koi8-r', 'Здравствуйте, высылаем вам счёт за услуги связи. Оплатите до пятницы, пожалуйста.'],
  ['windows-1251', 'Здравствуйте, высылаем вам счет за услуги связи. Оплатите до пятницы, пожалуйста.'],
  ['gb18030', '您好，我公司专业生产各种机械配件，欢迎来电咨询，价格优惠，质量可靠。'],
  ['big5', '您好，本公司專業生產各種機械零件，歡迎來電洽詢，價格優惠，品質可靠。'],
  ['shift_jis', 'こんにちは、来週の会議の資料を送ります。よろしくお願いいたします。'],
  ['euc-jp', 'こんにちは、来週の会議の資料を送ります。よろしくお願いいたします。'],
  ['euc-kr', '안녕하세요. 다음 주 회의 자료를 보내드립니다. 확인 부탁드립니다.'],
  ['windows-1252', 'Le café de l’école n’est pas très cher, mais la crème brûlée y est délicieuse.'],
  ['windows-1253', 'Καλημέρα, σας στέλνουμε το τιμολόγιο για τις υπηρεσίες του μήνα.'],
];

describe('decodeText', () => {
  it.each(SAMPLES)('reads %s without a declaration, and says what it guessed', (charset, text) => {
    const decoded = decodeText(iconv.encode(text, charset), null);
    expect(decoded.text).toBe(text);
    expect(decoded.note).toMatch(/^charset guessed as /);
  });

  it.each(SAMPLES)('believes a declaration of %s', (charset, text) => {
    expect(decodeText(iconv.encode(text, charset), charset)).toMatchObject({ text, note: null });
  });

  it.each(SAMPLES.filter(([charset]) => charset !== 'windows-1252'))(
    'finds %s under a wrong declaration of iso-8859-1',
    (charset, text) => {
      const decoded = decodeText(iconv.encode(text, charset), 'ISO-8859-1');
      expect(decoded.text).toBe(text);
      expect(decoded.note).toMatch(/^charset iso-8859-1 is wrong/);
    },
  );

  it('reads UTF-8 that is undeclared, declared, or declared as something else', () => {
    const bytes = Buffer.from('naïve £5 — 日本');
    expect(decodeText(bytes, null)).toMatchObject({ text: 'naïve £5 — 日本', note: null });
    expect(decodeText(bytes, 'UTF-8')).toMatchObject({ text: 'naïve £5 — 日本', note: null });
    expect(decodeText(bytes, 'us-ascii').text).toBe('naïve £5 — 日本');
    expect(decodeText(bytes, 'iso-8859-1')).toMatchObject({
      text: 'naïve £5 — 日本',
      note: 'charset iso-8859-1 is wrong, read as utf-8',
    });
  });

  it('reads the quotes of windows-1252 under iso-8859-1', () => {
    expect(decodeText(Buffer.from([0x93, 0x68, 0x69, 0x94]), 'iso-8859-1').text).toBe('“hi”');
  });

  it('reads ISO-2022-JP, declared or not', () => {
    const bytes = Buffer.from('\x1b$B$3$s\x1b(B ok', 'latin1');
    expect(decodeText(bytes, 'iso-2022-jp').text).toBe('こん ok');
    expect(decodeText(bytes, null).text).toBe('こん ok');
  });

  it('takes a charset nobody knows as none, and keeps lone accents Latin', () => {
    expect(decodeText(Buffer.from('Bl\xf6\xf6dhag', 'latin1'), 'x-klingon').text).toBe('Blöödhag');
    expect(decodeText(Buffer.from('a\xa0\xa0b', 'latin1'), null).text).toBe('a\u00A0\u00A0b');
  });

  it('keeps the declaration when the bytes are damaged under any charset', () => {
    for (const declared of ['utf-8', null]) {
      const cut = decodeText(Buffer.from('grüße aus Köln, schöne €').subarray(0, -1), declared);
      expect(cut).toMatchObject({ text: 'grüße aus Köln, schöne \uFFFD', note: 'unreadable bytes removed' });
    }
    const korean = Buffer.concat([iconv.encode('안녕하세요. 다음 주 회의', 'euc-kr'), Buffer.from([0xff])]);
    expect(decodeText(korean, 'euc-kr').text).toContain('안녕하세요. 다음 주 회의');
  });
});
