import type { RecipeOf } from '../../../contracts/index.js';
import { type Edit, editsOf } from '../rules/rewrite.js';
import type { NumberForm } from './numbers.js';

type Locale = RecipeOf<'units'>['locale'];

/** ISO 4217 codes by sign or name. ¥ is the yuan's sign in Chinese texts and the yen's elsewhere. */
const codes = (locale: Locale): Readonly<Record<string, string>> => ({
  $: 'USD',
  US$: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': locale === 'zh' ? 'CNY' : 'JPY',
  '￥': 'CNY',
  '₹': 'INR',
  '₩': 'KRW',
  元: 'CNY',
  人民币: 'CNY',
  美元: 'USD',
  欧元: 'EUR',
  英镑: 'GBP',
  日元: 'JPY',
  dollars: 'USD',
  dollar: 'USD',
  Dollar: 'USD',
  euros: 'EUR',
  euro: 'EUR',
  Euro: 'EUR',
  pounds: 'GBP',
});
const ISO = 'USD|EUR|GBP|JPY|CNY|CHF|INR|KRW|CAD|AUD|SEK|NOK|DKK|PLN';
const BEFORE = 'US\\$|[$€£¥￥₹₩]|人民币';
const AFTER = '[€£$]|元|美元|欧元|英镑|日元|dollars?|Dollar|euros?|Euro|pounds sterling';

/** $5 million is no amount of five: what scales a number is left with it. */
const SCALE =
  '(?:million|billion|Millionen|Milliarden|millions|milliards|Mio|Mrd|mn|bn|[kKmMbB](?![\\p{L}])|[万亿])';

/** `$1,234.50`, `12,50 €`, `EUR 12` become `1234.5 USD` and so on; the amounts stay what they are. */
export const currencyEdits = (text: string, locale: Locale, { body, parse }: NumberForm): Edit[] => {
  const number = `(?:(?<marked>${body})|(?<plain>\\d+))`;
  const known = codes(locale);
  const amount = ({ groups = {} }: RegExpExecArray): string | null => {
    const { marked, plain, sign = '' } = groups;
    const code = known[sign.replace(' sterling', '')] ?? sign;
    return `${marked === undefined ? plain : parse(marked)} ${code}`;
  };
  const first = `(?<![\\p{sc=Latin}\\p{N}])(?<sign>${BEFORE}|${ISO}) ?${number}(?!\\p{N}|[.,'’–-]\\p{N}| ?${SCALE})`;
  const last = `(?<![\\p{sc=Latin}\\p{N}_@#/]|[\\p{N}][.,:'’-])${number}[ \\u00A0]?(?<sign>${AFTER}|${ISO})(?![\\p{sc=Latin}\\p{N}])`;
  return [first, last].flatMap((source) => editsOf(text, new RegExp(source, 'gu'), amount));
};
