/** Check digits of numbers about people. Each takes the number without blanks and marks. */

/** ISO/IEC 7812-1, annex B (Luhn). */
export const luhn = (digits: string): boolean => {
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
};

/** The remainder of a decimal of any length. */
const remainder = (digits: string, modulus: number): number => {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % modulus;
  return rest;
};

/** Lengths of ISO 13616's registry, release 99. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MR: 27,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SC: 31,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};

export const ibanLength = (code: string): number | undefined => IBAN_LENGTHS[code.slice(0, 2).toUpperCase()];

/** ISO 13616: the country's length, and remainder 1 modulo 97 with the first four characters last. */
export const iban = (code: string): boolean => {
  const upper = code.toUpperCase();
  if (ibanLength(upper) !== upper.length) return false;
  const digits = [...upper.slice(4), ...upper.slice(0, 4)]
    .map((character) => Number.parseInt(character, 36))
    .join('');
  return remainder(digits, 97) === 1;
};

/** ISO/IEC 7064, MOD 11,10; of the first ten digits exactly one comes twice, or one three times (since 2016). */
export const germanTaxId = (digits: string): boolean => {
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  const times = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) times.set(digit, (times.get(digit) ?? 0) + 1);
  const repeated = [...times.values()].filter((count) => count > 1);
  if (repeated.length !== 1 || (repeated[0] as number) > 3 || /(.)\1\1/.test(digits.slice(0, 10)))
    return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
};

const isDate = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1880 && year <= 2100;
};

/** GB 11643-1999: a birthday in it and a check digit by ISO/IEC 7064, MOD 11-2. */
export const chineseResidentId = (id: string): boolean => {
  if (!/^[1-8]\d{16}[\dXx]$/.test(id)) return false;
  if (!isDate(Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14)))) return false;
  const sum = [...id.slice(0, 17)].reduce(
    (total, digit, index) => total + Number(digit) * (2 ** (17 - index) % 11),
    0,
  );
  return '10X98765432'[sum % 11] === id[17]?.toUpperCase();
};

/** Numéro d'inscription au répertoire: 97 less the rest modulo 97; Corsica's 2A and 2B count as 19 and 18. */
export const frenchNir = (number: string): boolean => {
  const digits = number
    .toUpperCase()
    .replace(/^(.{5})2A/, '$119')
    .replace(/^(.{5})2B/, '$118');
  if (!/^[12]\d{2}(0[1-9]|1[0-2]|[2-9]\d)\d{10}$/.test(digits)) return false;
  return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
};

/** No area 000, 666 or 9xx, no group 00, no serial 0000 (SSA); numbers printed in advertisements are nobody's. */
export const usSsn = (digits: string): boolean =>
  /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits) &&
  !['078051120', '219099999', '123456789'].includes(digits);

/** HMRC NIM39110: letters that are not used, and prefixes that are not given out. */
export const ukNino = (code: string): boolean =>
  /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(code.toUpperCase());
