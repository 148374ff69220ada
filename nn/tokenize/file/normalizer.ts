import { checkCharsMap } from './charsMap.js';
import { invalid, type Json, oneOf, record, text } from './fields.js';
import { checkPattern } from './pattern.js';
import { components } from './sequence.js';

/** SentencePiece's own table makes 33 bytes of one character; replacements in a row must not multiply without end. */
const GROWTH_MAX = 256;

const PLAIN = [
  'BertNormalizer',
  'NFC',
  'NFD',
  'NFKC',
  'NFKD',
  'Lowercase',
  'Strip',
  'StripAccents',
  'Nmt',
] as const;
const TYPES = [...PLAIN, 'ByteLevel', 'Prepend', 'Replace', 'Precompiled'] as const;

/**
 * Verifies the normaliser: known types, expressions that end, tables that stay in their bounds. Returns how many times as
 * long its replacements can make a text.
 */
export function checkNormalizer(value: unknown): number {
  let growth = 1;
  let byteLevels = 0;
  for (const part of components(value, 'normalizers', 'normalizer')) {
    switch (oneOf(part['type'], TYPES, 'normalizer.type')) {
      case 'Prepend':
        text(part['prepend'], 'normalizer.prepend');
        break;
      case 'Replace':
        growth *= checkReplace(part, 'normalizer');
        break;
      case 'Precompiled':
        growth *= checkCharsMap(part['precompiled_charsmap']);
        break;
      case 'ByteLevel':
        byteLevels++;
        break;
      default:
        break; // Has nothing to verify.
    }
  }
  if (growth > GROWTH_MAX) throw invalid(`its normalizer makes texts up to ${growth} times as long`);
  if (byteLevels > 1) throw invalid('its normalizer turns bytes into characters more than once');
  return growth;
}

/** Verifies a Replace and returns how many times as long it can make a text. */
export function checkReplace({ pattern, content }: Json, where: string): number {
  checkPattern(pattern, `${where}.pattern`);
  const replaced = record(pattern, where)['String'];
  const shortest = typeof replaced === 'string' ? replaced.length : 1;
  return Math.max(1, text(content, `${where}.content`).length / shortest);
}
