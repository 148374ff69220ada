import { isIP } from 'node:net';
import type { PiiKind } from '../../../contracts/index.js';
import { chineseResidentId, frenchNir, germanTaxId, iban, luhn, ukNino, usSsn } from './checkDigits.js';
import { isPhone, PHONE } from './phone.js';

export interface Detector {
  readonly kind: PiiKind;
  readonly pattern: RegExp;
  /** Whether a match is one, by its check digits; `canonical` is what counts as the same value. */
  readonly accepts: (canonical: string, match: string) => boolean;
  readonly canonical: (match: string) => string;
}

const bare = (match: string): string => match.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
/** Not part of a longer number or word. */
const LEFT = '(?<![\\p{L}\\p{N}_]|[\\p{N}][.,:/-])';
const RIGHT = '(?![\\p{L}\\p{N}_]|[.,:/-][\\p{N}])';
const between = (inner: string): RegExp => new RegExp(`${LEFT}(?:${inner})${RIGHT}`, 'giu');

/** First digits of the networks that give out cards (ISO/IEC 7812): Visa, Mastercard, Amex, Discover, JCB, Diners, UnionPay, Maestro. */
const CARD_ISSUER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d{2})\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}|(?:50|5[6-9]|6[37])\d{10,17})$/;

/** In this order: what an earlier one has found is no other's, a tax number in an IBAN for one. */
export const DETECTORS: readonly Detector[] = [
  {
    kind: 'email',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}._%+'-]{0,62}[\p{L}\p{N}_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}]{2,24}(?![\p{L}\p{N}-]|\.[\p{L}\p{N}])/giu,
    accepts: (_canonical, match) => !match.includes('..'),
    canonical: (match) => match.toLowerCase(),
  },
  {
    kind: 'iban',
    pattern: between('[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]){11,30}'),
    accepts: iban,
    canonical: bare,
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
      /(?<![\p{L}\p{N}_.:])(?:(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?)(?![\p{L}\p{N}_:]|\.[\p{N}])/giu,
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
