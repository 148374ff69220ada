import { isIP } from 'node:net';
import type { PiiKind } from '../../../contracts/index.js';
import {
  chineseResidentId,
  frenchNir,
  germanTaxId,
  iban,
  ibanLength,
  luhn,
  ukNino,
  usSsn,
} from './checkDigits.js';
import { isPhone, PHONE, WORD_CHARACTERS } from './phone.js';

export interface Detector {
  readonly kind: PiiKind;
  readonly pattern: RegExp;
  /** Whether a match is one, by its check digits; `canonical` is what counts as the same value. */
  readonly accepts: (canonical: string, match: string) => boolean;
  readonly canonical: (match: string) => string;
  /** The part of a match that can be one, where words after it may look like more of it. */
  readonly cut?: (match: string) => string;
}

const bare = (match: string): string => match.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
/** Not part of a longer number or word; Chinese and the like write numbers between their characters. */
const LEFT = `(?<![${WORD_CHARACTERS}]|\\p{N}[.,:/-])`;
const RIGHT = `(?![${WORD_CHARACTERS}]|[.,:/-]\\p{N})`;
const between = (inner: string): RegExp => new RegExp(`${LEFT}(?:${inner})${RIGHT}`, 'giu');

/** Letters and digits of mail addresses; Chinese text stands right beside them. */
const ADDRESS = '\\p{sc=Latin}\\p{sc=Cyrl}\\p{sc=Grek}\\p{N}';

/** As many letters and digits as the country's account numbers have; words may follow after a blank. */
const cutIban = (match: string): string => {
  const length = ibanLength(match);
  let count = 0;
  for (let at = 0; at < match.length; at += 1) {
    if (/[ -]/.test(match[at] as string)) continue;
    count += 1;
    if (count === length) return /^[A-Z0-9]/i.test(match.slice(at + 1)) ? match : match.slice(0, at + 1);
  }
  return match;
};

/** First digits of the networks that give out cards (ISO/IEC 7812): Visa, Mastercard, Amex, Discover, JCB, Diners, UnionPay, Maestro. */
const CARD_ISSUER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d{2})\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}|(?:50|5[6-9]|6[37])\d{10,17})$/;

/** In this order: what an earlier one has found is no other's, a tax number in an IBAN for one. */
export const DETECTORS: readonly Detector[] = [
  {
    kind: 'email',
    pattern: new RegExp(
      `(?<![${ADDRESS}._%+-])[${ADDRESS}](?:[${ADDRESS}._%+'-]{0,62}[${ADDRESS}_+%-])?@(?:[${ADDRESS}](?:[${ADDRESS}-]{0,61}[${ADDRESS}])?\\.)+[${ADDRESS}]{2,24}(?![${ADDRESS}-]|\\.[${ADDRESS}])`,
      'giu',
    ),
    accepts: (_canonical, match) => !match.includes('..') && /\p{L}$/u.test(match),
    canonical: (match) => match.toLowerCase(),
  },
  {
    kind: 'iban',
    pattern: between('[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]){11,30}'),
    accepts: iban,
    canonical: bare,
    cut: cutIban,
  },
  {
    kind: 'cn-resident-id',
    pattern: between('[1-8]\\d{5} ?\\d{8} ?\\d{3}[\\dX]'),
    accepts: chineseResidentId,
    canonical: bare,
  },
  {
    kind: 'fr-nir',
    pattern: between('[12] ?\\d{2} ?\\d{2} ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}[ -/]?\\d{2}'),
    accepts: frenchNir,
    canonical: bare,
  },
  {
    kind: 'card',
    pattern: between('\\d(?:[ -]?\\d){11,18}'),
    accepts: (digits) => CARD_ISSUER.test(digits) && luhn(digits) && !/^(\d)\1+$/.test(digits),
    canonical: bare,
  },
  {
    kind: 'ip',
    pattern:
      /(?<![\p{sc=Latin}\p{N}_.:])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?)(?![\p{sc=Latin}\p{N}_:]|\.[\p{N}])/giu,
    accepts: (canonical) => isIP(canonical) !== 0 && canonical !== '::' && !/^0\.0\.0\.0$/.test(canonical),
    canonical: (match) => match.toLowerCase(),
  },
  {
    kind: 'us-ssn',
    pattern: between('\\d{3}([- ])\\d{2}\\1\\d{4}'),
    accepts: usSsn,
    canonical: bare,
  },
  {
    kind: 'uk-nino',
    pattern: between('[A-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]'),
    accepts: ukNino,
    canonical: bare,
  },
  {
    kind: 'de-tax-id',
    pattern: between('[1-9]\\d(?: ?\\d{3}){3}'),
    accepts: germanTaxId,
    canonical: bare,
  },
  {
    kind: 'phone',
    pattern: PHONE,
    accepts: (_canonical, match) => isPhone(match),
    canonical: (match) => match.replace(/[^+\d]/g, '').replace(/^00/, '+'),
  },
];
