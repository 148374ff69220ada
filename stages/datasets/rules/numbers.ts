import { CHINESE_NUMERAL, decimalOf, numberForm, parseChineseNumeral } from '../text/numbers.js';
import { meets, protectedRanges } from '../text/protectedRanges.js';
import { counted, editsOf, rewritten, untangled } from './rewrite.js';
import { optionalRule } from './rule.js';

/** 3.5万: digits before a Chinese power of ten thousand. */
const MIXED = /(?<![\p{N}.,])(\d+(?:\.\d+)?) ?([万亿])(?![零〇一二两三四五六七八九十百千万亿\p{N}])/gu;
const POWERS: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

const IP = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Numbers as programs write them: digits, a point, no marks between thousands. */
export const numbers = optionalRule(
  { section: 'numbers', name: 'numbers', version: 1, reasons: [] },
  (draft, { locale, chineseNumerals }) => {
    const { text } = draft;
    const { pattern, parse } = numberForm(locale);
    const chinese =
      locale === 'zh' && chineseNumerals
        ? [
            ...editsOf(text, MIXED, ([, digits = '', power = '']) =>
              decimalOf(Number(digits) * (POWERS[power] as number)),
            ),
            ...editsOf(
              text,
              CHINESE_NUMERAL,
              ([numeral]) => parseChineseNumeral(numeral)?.toString() ?? null,
            ),
          ]
        : [];
    const ranges = protectedRanges(text);
    const edits = untangled([
      ...chinese,
      ...editsOf(text, pattern, ([match]) => (IP.test(match) ? null : parse(match))),
    ]).filter((edit) => !meets(ranges, edit));
    return rewritten(draft, edits, (count) => `${counted(count, 'number')} rewritten`);
  },
);
