import { flag, invalid, type Json, oneOf, text } from './fields.js';
import { checkSplit } from './pattern.js';
import { components } from './sequence.js';

const PLAIN = ['BertPreTokenizer', 'Whitespace', 'WhitespaceSplit', 'UnicodeScripts'] as const;
const TYPES = [
  ...PLAIN,
  'ByteLevel',
  'CharDelimiterSplit',
  'Digits',
  'Metaspace',
  'Punctuation',
  'Split',
] as const;

/**
 * Verifies the pre-tokenizer: known types, expressions that end, bytes turned into characters once. Returns whether it can
 * backtrack over a run of spaces, as GPT-2's expression does.
 */
export function checkPreTokenizer(value: unknown): boolean {
  let backtracks = false;
  let byteLevels = 0;
  for (const part of components(value, 'pretokenizers', 'pre_tokenizer')) {
    switch (oneOf(part['type'], TYPES, 'pre_tokenizer.type')) {
      case 'ByteLevel':
        byteLevels++;
        backtracks ||= part['use_regex'] !== false;
        break;
      case 'CharDelimiterSplit':
        oneCharacter(part['delimiter'], 'pre_tokenizer.delimiter');
        break;
      case 'Digits':
        flag(part['individual_digits'], 'pre_tokenizer.individual_digits');
        break;
      case 'Metaspace':
        checkMetaspace(part, 'pre_tokenizer');
        break;
      case 'Split':
        checkSplit(part, 'pre_tokenizer');
        backtracks = true;
        break;
      default:
        break; // Has nothing to verify.
    }
  }
  if (byteLevels > 1) throw invalid('its pre_tokenizer turns bytes into characters more than once');
  return backtracks;
}

export function checkMetaspace({ replacement }: Json, where: string): void {
  oneCharacter(replacement, `${where}.replacement`);
}

export function oneCharacter(value: unknown, where: string): void {
  if ([...text(value, where)].length !== 1) throw invalid(`${where} is not one character`);
}
