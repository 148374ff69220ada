const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const significant = (number: string): string =>
  number
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+|0+$/g, '');

/** Whether a double keeps the number: whole numbers to 2^53, others if the double is written with the same digits. */
const isExact = (number: string): boolean =>
  /^-?\d+$/.test(number)
    ? Number.isSafeInteger(Number(number))
    : Number.isFinite(Number(number)) && significant(String(Number(number))) === significant(number);

/** Parses JSON; numbers that a double would round come as their digits, in a text. @throws SyntaxError */
export const exactJson = (text: string): unknown =>
  JSON.parse(
    text.replace(TOKEN, (token) => (token.startsWith('"') || isExact(token) ? token : `"${token}"`)),
  );
