/** How a locale writes numbers: what parts thousands and what comes before the fraction. */
export interface NumberForm {
  /** A number with group marks or a decimal mark, whole or signed; no plain digits. */
  readonly pattern: RegExp;
  /** The same without its surroundings, as the source of a larger pattern; has the group `mark`. */
  readonly body: string;
  readonly parse: (match: string) => string;
}

/** Nothing that makes a longer code of it: letters, digits, a mark between digits, the parts of an address. */
const BEFORE = "(?<![\\p{L}\\p{N}_@#/\\\\]|[\\p{L}\\p{N}][.,:'’-])";
const AFTER = "(?![\\p{L}\\p{N}_@#/\\\\]|[.,:'’-][\\p{L}\\p{N}])";

const form = (group: string, decimal: string): NumberForm => {
  const grouped = `[1-9]\\d{0,2}(?<mark>${group})\\d{3}(?:\\k<mark>\\d{3})*`;
  const body = `(?:${grouped}(?:${decimal}\\d+)?|\\d+${decimal}\\d+)`;
  return {
    pattern: new RegExp(`${BEFORE}${body}${AFTER}`, 'gu'),
    body,
    parse: (match) => {
      const [whole = '', fraction] = match.split(new RegExp(decimal, 'u'));
      const digits = whole.replace(/\D/g, '');
      return fraction === undefined ? digits : `${digits}.${fraction}`;
    },
  };
};

const FORMS = {
  en: form(',', '\\.'),
  zh: form('[,，]', '\\.'),
  de: form('\\.', ','),
  fr: form('[ \\u00A0\\u202F]', ','),
  ch: form("['’]", '\\.'),
} as const;
export type NumberLocale = keyof typeof FORMS;

export const numberForm = (locale: NumberLocale): NumberForm => FORMS[locale];

const DIGITS = '零一二三四五六七八九';
const SMALL: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };
const LARGE: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** A run of digits and units; whether it is a number, `parseChineseNumeral` says. `百万` and `十分` are words. */
export const CHINESE_NUMERAL =
  /(?<![第零〇一二两三四五六七八九十百千万亿])[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]{1,30}(?![零〇一二两三四五六七八九十百千万亿])/gu;

/** @returns the value below ten thousand of well-formed digits and units in falling order, else null */
const smallValue = (part: string): number | null => {
  let value = 0;
  let unit = Number.POSITIVE_INFINITY;
  let rest = part;
  while (rest !== '') {
    const match = /^(?:[零〇])?([一二两三四五六七八九])([十百千])?/u.exec(rest) ?? /^()(十)/u.exec(rest);
    if (match === null) return null;
    const [whole, digit = '', name] = match;
    const size: number = name === undefined ? 1 : (SMALL[name] as number);
    if (size >= unit || (digit === '' && value > 0)) return null;
    // 三百五 is 350 in speech and 305 to a careless reader: left alone.
    if (size === 1 && unit > 10 && unit !== Number.POSITIVE_INFINITY && !/^[零〇]/u.test(whole)) return null;
    value += (digit === '' ? 1 : digit === '两' ? 2 : DIGITS.indexOf(digit)) * size;
    unit = size;
    rest = rest.slice(whole.length);
  }
  return value;
};

/** @returns the number a Chinese numeral says, or null where it is none or could be a word */
export const parseChineseNumeral = (numeral: string): number | null => {
  if (!/[十百千万亿]/u.test(numeral) || [...numeral].length < 2) return null;
  let total = 0;
  let limit = Number.POSITIVE_INFINITY;
  let rest = numeral;
  while (rest !== '') {
    const match = /^([^万亿]+)(万|亿)?/u.exec(rest);
    if (match === null) return null;
    const [whole, part = '', name] = match;
    const size = name === undefined ? 1 : (LARGE[name] as number);
    const value = smallValue(part.replace(/^[零〇]/u, '') || part);
    // 一万五 is short for 15000: a lone digit right after 万 is no unit's worth.
    if (
      value === null ||
      size >= limit ||
      (size === 1 && limit < Number.POSITIVE_INFINITY && value < 1000 && !/^[零〇]/u.test(part))
    )
      return null;
    total += value * size;
    limit = size;
    rest = rest.slice(whole.length);
  }
  return total;
};

/** A computed quantity as a plain decimal: six significant digits, whole numbers in full. */
export const decimalOf = (value: number): string => {
  if (Number.isSafeInteger(value)) return String(value);
  const shown = String(Number(value.toPrecision(6)));
  return shown.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : shown;
};
