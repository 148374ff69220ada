const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const SIGNIFICANT_DIGITS_MAX = 15;

/** Whether a double keeps the number: whole numbers to 2^53, others to 15 digits. */
const isExact = (digits: string): boolean =>
  /^-?\d+$/.test(digits)
    ? Number.isSafeInteger(Number(digits))
    : Number.isFinite(Number(digits)) &&
      digits
        .replace(/[eE].*$/, '')
        .replace(/\D/g, '')
        .replace(/^0+/, '').length <= SIGNIFICANT_DIGITS_MAX;

/** Parses JSON; numbers that a double would round come as their digits, in a text. @throws SyntaxError */
export const exactJson = (text: string): unknown =>
  JSON.parse(
    text.replace(TOKEN, (token) => (token.startsWith('"') || isExact(token) ? token : `"${token}"`)),
  );
