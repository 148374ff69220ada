/**
 * Telephone numbers by how they are written: international (E.164, `+` or `00` and a country code that exists), and the
 * national forms of North America, Germany, France, Britain and China. Bare runs of digits are none: nobody can tell.
 */
const SEPARATOR = '(?:[ .\\u00A0-]|\\) ?| ?\\(0?\\)? ?| ?\\(|/ ?)';
/** What a number may not touch: letters of scripts that part words, digits. */
export const WORD_CHARACTERS = '\\p{sc=Latin}\\p{sc=Cyrl}\\p{sc=Grek}\\p{N}_';
export const PHONE = new RegExp(
  `(?<![${WORD_CHARACTERS}]|[\\p{N}][.,:/-])(?:(?:\\+|00(?=[1-9]))\\d|0\\d|\\(\\d(?=\\d*\\))|[1-9]\\d)(?:${SEPARATOR}?\\d){5,14}(?![${WORD_CHARACTERS}]|[.,:/-]\\p{N})`,
  'gu',
);

/** Country codes of ITU-T E.164: one, two or three digits; what is listed are all of one or two, and the zones of three. */
const COUNTRY =
  /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689]\d|3[578]\d|42\d|50\d|59\d|67\d|68\d|69\d|80\d|85\d|87\d|88\d|96\d|97\d|99\d)/;

const NATIONAL: readonly RegExp[] = [
  // North America: area code and exchange begin with 2 to 9; N11 is no area code.
  /^(?:\(?1[ .-]?)?(?:\((?!.11)[2-9]\d{2}\) ?|(?!.11)[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}$/,
  // Germany: 0, area code, number; parted once at least by a blank, a slash, a dash or brackets.
  /^(?:0[1-9]\d{1,4}|\(0[1-9]\d{1,4}\))(?: ?[/-] ?| )\d{2,}(?:[ -]?\d{1,}){0,4}$/,
  // France: five pairs, the first from 01 to 09.
  /^0[1-9](?:([ .-]?)\d{2})(?:\1\d{2}){3}$/,
  // Britain: 0 and nine or ten digits in two or three parts.
  /^\(?0(?:[127]\d{1,4})\)?(?: \d{3,8})(?: \d{3,4})?$/,
  // China: mobile numbers; landlines with their area code.
  /^1[3-9]\d([ -]?)\d{4}\1\d{4}$/,
  /^\(?0\d{2,3}\)?[ -]\d{7,8}$/,
];

/** Whether what `PHONE` matched is a telephone number. */
export const isPhone = (match: string): boolean => {
  const digits = match.replace(/\D/g, '');
  const international = /^(?:\+|00)/.exec(match);
  if (international !== null) {
    const number = digits.replace(/^00/, '');
    return number.length >= 8 && number.length <= 15 && COUNTRY.test(number);
  }
  return digits.length >= 9 && digits.length <= 12 && NATIONAL.some((form) => form.test(match));
};
