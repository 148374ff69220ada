import type { Entity } from '../../contracts/index.js';
import { Random } from '../../nn/index.js';

/** Names by type, those of the second half rarer. What Washington and Ford are, only the text around them says. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  PER: [
    'Washington',
    'Ford',
    'Ada Lovelace',
    'Grace Hopper',
    'Alan Turing',
    'Edsger Dijkstra',
    'Barbara Liskov',
    'Niklaus Wirth',
    'Radia Perlman',
    'Tony Hoare',
  ],
  ORG: [
    'Ford',
    'Initech',
    'Globex Corp',
    'Umbrella',
    'Stark Industries',
    'Wayne Works',
    'Hooli',
    'Acme',
    'Soylent',
  ],
  LOC: ['Washington', 'New York', 'Paris', 'São Paulo', 'Oslo', 'Kyoto', 'Lima', 'Cape Town', 'Zürich'],
};

const FRAMES = [
  'yesterday PER joined ORG in LOC',
  'the board of ORG met PER near LOC',
  'PER left ORG and moved to LOC',
  'nobody at ORG had heard of PER',
  'trains from LOC to LOC were late',
  'PER and PER wrote to ORG',
  'it rained all day and nothing happened',
  'shares of ORG fell after PER resigned',
];
const ENDINGS = [
  'today',
  'again',
  'last week',
  'in spring',
  'at noon',
  'without notice',
  'for good',
  'at last',
];

/** Every word that the texts are made of, for the vocabulary of a model that reads them; rare names are in pieces. */
export const ENTITY_WORDS: readonly string[] = [
  ...new Set(
    [...FRAMES, ...ENDINGS, ...Object.values(NAMES).flatMap((names) => names.slice(0, 5))]
      .join(' ')
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .split(' '),
  ),
];

export interface EntityText {
  readonly text: string;
  readonly entities: Entity[];
}

/** Seeded texts with their entities, with the white space of real mails. */
export const entityTexts = (count: number, seed: number): EntityText[] => {
  const random = new Random(seed);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  // Half as likely in the second half of the list.
  const nameOf = (type: string): string => {
    const names = NAMES[type]!;
    return pick(random.below(3) < 2 ? names.slice(0, names.length / 2) : names);
  };
  return Array.from({ length: count }, () => {
    let text = random.below(4) === 0 ? '  ' : '';
    const entities: Entity[] = [];
    for (const word of [...pick(FRAMES).split(' '), pick(ENDINGS), pick(ENDINGS)]) {
      if (text.trim() !== '') text += random.below(9) === 0 ? '\u00a0 ' : ' ';
      const start = text.length;
      text += word in NAMES ? nameOf(word) : word;
      if (word in NAMES) entities.push({ start, end: text.length, label: word });
    }
    return { text: `${text}.`, entities };
  });
};

/** The same as column files have them: a word a line with its BIO tag, an empty line after each text. */
export const toConll = (texts: readonly EntityText[]): string =>
  texts
    .map(({ text, entities }) =>
      Array.from(text.matchAll(/[\p{L}\p{M}]+|[^\s\p{L}\p{M}]/gu), ({ 0: word, index }) => {
        const entity = entities.find(({ start, end }) => index >= start && index < end);
        const tag = entity === undefined ? 'O' : `${entity.start === index ? 'B' : 'I'}-${entity.label}`;
        return `${word}\tX\t${tag}\n`;
      }).join(''),
    )
    .join('\n');
