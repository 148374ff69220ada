import { flag, invalid, type Json, oneOf, record, text } from './fields.js';

const SPLIT_BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

/** From the tokenizer.json of the models named; each is linear on every text apart from runs of spaces. */
const KNOWN: ReadonlySet<string> = new Set([
  // GPT-2, RoBERTa.
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // LLaMA 3.
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Qwen 2.
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
]);

/**
 * Verifies `{ String }` or `{ Regex }`. The reference's expression engine ends the whole process when a match backtracks
 * ten million times, so an expression is taken only if it is known or cannot backtrack.
 */
export function checkPattern(value: unknown, where: string): void {
  const { String: literal, Regex: expression, ...rest } = record(value, where);
  if (Object.keys(rest).length > 0 || (literal === undefined) === (expression === undefined)) {
    throw invalid(`${where} is neither a String nor a Regex`);
  }
  if (literal !== undefined && text(literal, where) === '') throw invalid(`${where} is empty`);
  if (expression !== undefined && !isLinear(text(expression, where))) {
    throw invalid(`${where} is an expression that could take for ever: ${JSON.stringify(expression)}`);
  }
}

export function checkSplit({ pattern, behavior, invert }: Json, where: string): void {
  checkPattern(pattern, `${where}.pattern`);
  oneOf(behavior, SPLIT_BEHAVIORS, `${where}.behavior`);
  flag(invert, `${where}.invert`);
}

/**
 * Whether matching takes time linear in the text: no groups, and in each alternative an option only as its first part and
 * a repetition only as its last, where nothing follows that could fail and make it give back what it took.
 */
export function isLinear(expression: string): boolean {
  return KNOWN.has(expression) || ALTERNATIVES.test(expression);
}

const ESCAPE = '\\\\(?:[\\\\nrtsSdDwW.()[\\]{}|?*+^$/-]|[pP]\\{\\w{1,20}\\})';
const CLASS = `\\[\\^?(?:[^\\\\[\\]&^]|${ESCAPE}){1,100}\\]`;
const PART = `(?:[^\\\\[\\](){}|?*+^$]|${ESCAPE}|${CLASS})`;
const ALTERNATIVE = `\\^?(?:${PART}\\?)?${PART}{0,64}${PART}(?:[?*+]|\\{\\d{1,3}(?:,\\d{0,3})?\\})?`;
const ALTERNATIVES = new RegExp(`^${ALTERNATIVE}(?:\\|${ALTERNATIVE}){0,64}$`, 'u');
