import { describe, expect, it } from '@jest/globals';
import { CleaningRecipe } from '../../../contracts/index.js';
import { memoryWorld } from '../../testing/index.js';
import { testDraft } from '../testing/draft.js';
import { CORPUS_RULES, DRAFT_RULES } from './index.js';

/** A pattern that looks back or ahead at every place needs minutes for one of these; one that does not, a moment. */
const CHARACTERS = 200_000;
const UNITS = [
  'a',
  'a-',
  'a.',
  'a@',
  '1',
  '1,',
  '1.',
  '1 ',
  '12 ',
  '一千',
  '一千零',
  '三',
  'Ã',
  'Ã©',
  'вЂ',
  '> ',
  '>\n',
  'x wrote:\n',
  '-- \n',
  '| a ',
  '\u{E0041}',
  '👍',
  '\u200d',
  'ｶﾞ',
  '+49 ',
  '(0',
  '0',
  'AB',
  'AB12 ',
  '::',
  '1:',
  '[',
  '"',
  '$1 ',
  '5 kg ',
  '5 kg',
  'March ',
  '3/4/',
  '\n',
  'ab.com',
  'http://',
  'goverment ',
  "'",
  '\u0301',
  '\ud800',
];
const RECIPE = CleaningRecipe.parse({
  encodingRepair: { encodings: ['windows-1252', 'windows-1251', 'macintosh', 'windows-1250', 'iso-8859-2'] },
  specialCharacters: { emoji: 'remove', typography: 'plain' },
  width: {},
  han: { from: 't', to: 'cn' },
  boilerplate: {},
  c4Quality: { sentencesMin: 0, wordCharactersMax: 1_000_000 },
  language: { keep: ['en'] },
  gopherQuality: {
    wordsMin: 0,
    wordCharactersMeanMin: 0,
    wordCharactersMeanMax: 1_000_000,
    alphabeticWordsMin: 0,
    stopWordsMin: 0,
  },
  dates: {},
  numbers: { locale: 'zh' },
  units: { locale: 'zh' },
  pii: {},
  outliers: { length: {}, entropy: {}, symbols: {} },
  spelling: { editsMax: 1 },
  textCharactersMax: 1_000_000,
});

const draft = (text: string) => testDraft({ text });

describe('texts that were made to be slow', () => {
  const hostile = UNITS.map((unit) => draft(unit.repeat(CHARACTERS / unit.length)));
  const draftRules = DRAFT_RULES.filter(
    ({ name }) => !['decode', 'html-to-text', 'mark-relation'].includes(name),
  );

  it.each(draftRules.map((rule) => [rule.name, rule] as const))(
    'take %s no longer than others',
    async (_, rule) => {
      for (const one of hostile) expect(['kept', 'dropped']).toContain((await rule.apply(one, RECIPE)).kind);
    },
    60_000,
  );

  it.each(CORPUS_RULES.filter(({ sees }) => sees === 'texts').map((rule) => [rule.name, rule] as const))(
    'take %s no longer than others',
    async (_, rule) => {
      const pass = await rule.begin({ ...RECIPE, decontamination: undefined }, memoryWorld());
      for (const one of hostile) pass?.observe?.(one);
      for (const one of hostile)
        if (pass !== null) expect(['kept', 'dropped']).toContain(pass.apply(one).kind);
    },
    60_000,
  );
});
