import { hunspellWords } from './hunspellWords.js';
import { SymSpell } from './symSpell.js';

const decoder = new TextDecoder('utf-8');
let words: Promise<ReadonlySet<string>> | undefined;

/** American English as Hunspell has it (SCOWL), read once a process: 49,568 stems, three times as many words. */
export const englishWords = (): Promise<ReadonlySet<string>> => {
  words ??= import('dictionary-en').then(({ default: { aff, dic } }) =>
    hunspellWords(decoder.decode(aff), decoder.decode(dic)),
  );
  return words;
};

const indexes = new Map<number, SymSpell>();

/** Made when the first word is to be corrected, once a process: that takes seconds. */
export const dictionaryIndex = (dictionary: ReadonlySet<string>, editsMax: number): SymSpell => {
  const index =
    indexes.get(editsMax) ??
    new SymSpell([...dictionary].filter((word) => /^[a-z]+(?:'[a-z]+)?$/.test(word)).sort(), editsMax);
  indexes.set(editsMax, index);
  return index;
};

/** British endings and their American forms: a word is right in either. */
const BRITISH: readonly (readonly [pattern: RegExp, american: string])[] = [
  [/our/g, 'or'],
  [/is(e|ed|es|er|ers|ing|ation|ations)$/, 'iz$1'],
  [/ys(e|ed|es|ing)$/, 'yz$1'],
  [/re(s?)$/, 'er$1'],
  [/ll(ed|ing|er|ers)$/, 'l$1'],
  [/ogue(s?)$/, 'og$1'],
  [/ence(s?)$/, 'ense$1'],
  [/[ao]e/g, 'e'],
  [/mme(s?)$/, 'm$1'],
  [/que(s?)$/, 'ck$1'],
];

const PREFIXES = [
  'anti',
  'auto',
  'counter',
  'cross',
  'down',
  'inter',
  'micro',
  'mis',
  'multi',
  'non',
  'out',
  'over',
  'pre',
  're',
  'self',
  'semi',
  'sub',
  'super',
  'trans',
  'un',
  'under',
  'up',
];
const PART_LETTERS_MIN = 3;

/** Two words written as one (`realtime`), a prefix and a word, or the plural of a word: new words are made so. */
const isMade = (dictionary: ReadonlySet<string>, word: string): boolean => {
  if (word.endsWith('s') && dictionary.has(word.slice(0, -1))) return true;
  if (PREFIXES.some((prefix) => word.startsWith(prefix) && dictionary.has(word.slice(prefix.length))))
    return true;
  for (let at = PART_LETTERS_MIN; at <= word.length - PART_LETTERS_MIN; at += 1)
    if (dictionary.has(word.slice(0, at)) && dictionary.has(word.slice(at))) return true;
  return false;
};

/** Whether a lower-case word is in the dictionary, as it is, as a name, as Americans write it, or made of its words. */
export const isEnglish = (dictionary: ReadonlySet<string>, word: string): boolean => {
  const plain = word.replaceAll('’', "'");
  if (dictionary.has(plain) || dictionary.has(plain.replace(/'s?$/, ''))) return true;
  if (dictionary.has(plain.slice(0, 1).toUpperCase() + plain.slice(1))) return true;
  return (
    BRITISH.some(([pattern, american]) => dictionary.has(plain.replace(pattern, american))) ||
    isMade(dictionary, plain)
  );
};
