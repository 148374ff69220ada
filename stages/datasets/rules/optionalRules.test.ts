import { describe, expect, it, jest } from '@jest/globals';
import { CleaningRecipe } from '../../../contracts/index.js';
import { memoryWorld } from '../../testing/index.js';
import { testDraft } from '../testing/draft.js';
import { CORPUS_RULES, DRAFT_RULES } from './index.js';
import type { Draft, Outcome } from './rule.js';

// The dictionary's index and the connectors take seconds to load on a busy machine.
jest.setTimeout(60_000);

const draft = (text: string, overrides: Partial<Draft> = {}) => testDraft({ text, ...overrides });
const apply = async (name: string, cleaning: Record<string, unknown>, text: string): Promise<Outcome> => {
  const rule = DRAFT_RULES.find((known) => known.name === name);
  if (rule === undefined) throw new Error(`no draft rule ${name}`);
  return rule.apply(draft(text), CleaningRecipe.parse(cleaning));
};
/** The text, or why it was dropped. */
const cleaned = async (name: string, cleaning: Record<string, unknown>, text: string): Promise<string> => {
  const outcome = await apply(name, cleaning, text);
  return outcome.kind === 'kept' ? outcome.draft.text : `${outcome.reason}: ${outcome.detail ?? ''}`;
};

describe('a recipe', () => {
  it('says nothing of rules that are left out, so that its digest is what it was before there were any', () => {
    expect(CleaningRecipe.parse({})).toEqual({
      textCharactersMax: 20_000,
      textCharactersMin: 10,
      nearDuplicates: { jaccard: 0.8, shingleWords: 3, permutations: 128, drop: true },
    });
  });

  it.each([
    [{ pii: { action: 'hash' } }, 'a key'],
    [{ missingValues: [{ field: 'x', method: 'constant' }] }, 'a value'],
    [{ missingValues: [{ field: 'x', method: 'model' }] }, 'fields'],
  ])('that cannot work is refused: %j', (cleaning, message) => {
    expect(() => CleaningRecipe.parse(cleaning)).toThrow(message);
  });

  it('without a rule’s section leaves every draft to the others', async () => {
    for (const rule of DRAFT_RULES) {
      if ('always' in rule.on) continue;
      const same = draft('ＡＢＣ Ã¤ 3/4/2026 1,234 5 lbs 軟體\n-- \nx');
      expect(await rule.apply(same, CleaningRecipe.parse({}))).toEqual({
        kind: 'kept',
        draft: same,
        changes: [],
      });
    }
  });
});

describe('special-characters', () => {
  it('removes emoji of every form and leaves signs', async () => {
    const text = 'Hi 👨‍👩‍👧 1️⃣ 🇩🇪 ❤️ 👍🏽 ok © 5 ™ #1';
    expect(await cleaned('special-characters', { specialCharacters: { emoji: 'remove' } }, text)).toBe(
      'Hi      ok © 5 ™ #1',
    );
  });
  it('folds look-alikes in words with Latin letters only', async () => {
    expect(await cleaned('special-characters', { specialCharacters: {} }, 'раypal Москва Αθήνα Αpple')).toBe(
      'paypal Москва Αθήνα Apple',
    );
  });
  it('removes joiners and hidden tags, but not where scripts and emoji need them', async () => {
    expect(
      await cleaned(
        'special-characters',
        { specialCharacters: {} },
        'a\u200db می\u200cخواهم x\u{E0041}\u{E0042}y 👩‍🚀 क्\u200dष',
      ),
    ).toBe('ab می\u200cخواهم xy 👩‍🚀 क्\u200dष');
  });
});

describe('width and han', () => {
  it('makes letters half-width and katakana full-width, punctuation if asked', async () => {
    expect(await cleaned('width', { width: {} }, 'ＡＢＣ１２，　ｶﾞｷﾞﾊﾟ ￥')).toBe('ABC12, ガギパ ¥');
    expect(await cleaned('width', { width: { punctuation: false } }, 'ＡＢＣ，１２！')).toBe('ABC，12！');
  });
  it('converts by phrases where the place has its own', async () => {
    const han = (from: string, to: string) => ({ han: { from, to } });
    expect(await cleaned('han', han('t', 'cn'), '繁體中文，頭髮與發展')).toBe('繁体中文，头发与发展');
    expect(await cleaned('han', han('cn', 't'), '头发与发展')).toBe('頭髮與發展');
    expect(await cleaned('han', han('cn', 'twp'), '鼠标和软件')).toBe('滑鼠和軟體');
  });
});

describe('boilerplate', () => {
  const clean = (text: string) => cleaned('boilerplate', { boilerplate: {} }, text);
  it('removes quoted replies with what introduces them, and the signature', async () => {
    const mail =
      'I agree.\n\nOn Mon, 3 May 2021, Bob wrote:\n\n> old\n> more\n\nBye\n-- \nBob Smith\nAcme Inc';
    expect((await clean(mail)).replace(/\n+/g, '\n')).toBe('I agree.\nBye\n');
    expect(await clean('Text\n-----Original Message-----\nFrom: x\nold')).toBe('Text\n');
  });
  it('keeps a text whose dashes are a rule between parts, and sentences about cookies', async () => {
    const parts = `Part one\n--\n${'line\n'.repeat(20)}`;
    expect(await clean(parts)).toBe(parts);
    expect(await clean('Bake the cookies for ten minutes.')).toBe('Bake the cookies for ten minutes.');
  });
  it('removes menus and banners', async () => {
    expect(await clean('Home | About | Contact\nReal text.\nThis site uses cookies.\n© 2021 Acme Inc.')).toBe(
      'Real text.\n',
    );
  });
});

describe('language', () => {
  it('keeps the languages asked for and texts too short to tell', async () => {
    const clean = (text: string) => cleaned('language', { language: { keep: ['en'] } }, text);
    const english = 'This is a plain English sentence about the weather.';
    expect(await clean(english)).toBe(english);
    expect(await clean('Dies ist ein ganz normaler deutscher Satz über das Wetter.')).toBe(
      'other-language: de',
    );
    expect(await clean('Guten Tag')).toBe('Guten Tag');
  });
});

describe('dates', () => {
  const clean = (locale: string, text: string) => cleaned('dates', { dates: { locale } }, text);
  it.each([
    ['en', 'due 3/4/2026', 'due 2026-03-04'],
    ['en', 'On Tue, 27 Aug 2002 we met', 'On 2002-08-27 we met'],
    ['en-GB', 'due 3/4/2026', 'due 2026-04-03'],
    ['en', 'on March 5th, 2026 at 5pm', 'on 2026-03-05T17:00'],
    ['en', 'at 5 May 2026 14:30 UTC', 'at 2026-05-05T14:30Z'],
    ['de', 'am 3.4.2026 und 5. März 2026', 'am 2026-04-03 und 2026-03-05'],
    ['de', 'vom 3. bis 5. Mai 2026', 'vom 2026-05-03/2026-05-05'],
    ['fr', 'le 1er mai 2026', 'le 2026-05-01'],
    ['zh', '在2026年11月24日开会，二零二六年五月一日', '在2026-11-24开会，2026-05-01'],
  ])('%s: %s', async (locale, text, expected) => expect(await clean(locale, text)).toBe(expected));

  it.each([
    'on 12/25',
    'in May 2026',
    'the 31.2.2026',
    'http://x.example/2026/3/4',
    'v1.2.2026-rc1',
    'call 555-12-2026',
    'at 5pm',
  ])('leaves %s', async (text) => expect(await clean('en', text)).toBe(text));
});

describe('numbers', () => {
  const clean = (locale: string, text: string) => cleaned('numbers', { numbers: { locale } }, text);
  it.each([
    ['en', '1,234.56 and 1,234,567', '1234.56 and 1234567'],
    ['de', '1.234,56 und 3,5 % und -1.234', '1234.56 und 3.5 % und -1234'],
    ['fr', '1 234,56 et 12 345 678', '1234.56 et 12345678'],
    ['ch', "1’234.50 und 1'000'000", '1234.50 und 1000000'],
    ['zh', '三万二千五百元，二十个，一千零五，一亿两千万，3.5万', '32500元，20个，1005，120000000，35000'],
  ])('%s: %s', async (locale, text, expected) => expect(await clean(locale, text)).toBe(expected));

  it.each([
    ['en', '12,34 and v1,234 and 555,123,4567 and x@1,234.example'],
    ['de', '192.168.100.200 am 24.11.2026, Version 1.2.3'],
    ['fr', '06 12 34 56 78'],
    ['zh', '百万 千万不要 万一 十分 三百五 一万五 二〇二六年 一一'],
  ])('%s leaves %s', async (locale, text) => expect(await clean(locale, text)).toBe(text));
});

describe('units', () => {
  const clean = (locale: string, text: string, more: Record<string, unknown> = {}) =>
    cleaned('units', { units: { locale }, ...more }, text);
  it.each([
    ['en', '5 lbs, 500g, 12 ft, 20 miles', '2.26796 kg, 0.5 kg, 3.6576 m, 32186.9 m'],
    ['en', '98.6 °F, -40 °F, 300 kelvin', '37 °C, -40 °C, 26.85 °C'],
    ['en', '2 GB, 512 MiB', '2000000000 B, 536870912 B'],
    ['en', '$1,234.50, €20 and USD 12', '1234.50 USD, 20 EUR and 12 USD'],
    ['de', '1.234,5 g, 3 Pfund, 12,50 €', '1.2345 kg, 1.5 kg, 12.50 EUR'],
    ['fr', '1 234,5 km, 3 Go', '1234500 m, 3000000000 B'],
    ['zh', '3公斤大米，5斤，10公里，100元，¥50', '3 kg大米，2.5 kg，10000 m，100 CNY，50 CNY'],
  ])('%s: %s', async (locale, text, expected) => expect(await clean(locale, text)).toBe(expected));

  it.each(['100 km/h', '3 m²', '$5 million', '5-10 lbs', '5 in the box', 'model 5GBX', '$1-20', '31m'])(
    'leaves %s',
    async (text) => expect(await clean('en', text)).toBe(text),
  );

  it('reads what the numbers rule has rewritten with a point', async () => {
    expect(await clean('de', '1.234 g', { numbers: { locale: 'de' } })).toBe('0.001234 kg');
    expect(await clean('de', '1.234 g')).toBe('1.234 kg');
  });
});

describe('c4-quality', () => {
  it('counts sentences of the lines that stay', async () => {
    const five = 'One two three. Two is here now. Three is here. Four is here. Five is here.';
    expect(await cleaned('c4-quality', { c4Quality: {} }, five)).toBe(five);
    expect(await cleaned('c4-quality', { c4Quality: { sentencesMin: 6 } }, five)).toBe(
      'too-few-sentences: 5, at least 6',
    );
  });
});

describe('corpus rules', () => {
  const passOf = async (name: string, cleaning: Record<string, unknown>, ctx = memoryWorld()) => {
    const pass = await CORPUS_RULES.find((rule) => rule.name === name)?.begin(
      CleaningRecipe.parse(cleaning),
      ctx,
    );
    if (pass === null || pass === undefined) throw new Error(`no pass of ${name}`);
    return pass;
  };

  it('are off without their section', async () => {
    for (const rule of CORPUS_RULES)
      expect(await rule.begin(CleaningRecipe.parse({}), memoryWorld())).toBeNull();
  });

  it('outliers: bounds come from all texts and stand in the reason', async () => {
    const pass = await passOf('outliers', { outliers: { length: {}, entropy: { method: 'z-score' } } });
    const texts = Array.from(
      { length: 60 },
      (_, index) => `a plain sentence of some words, number ${index}${'x'.repeat(index % 7)}`,
    );
    for (const text of [...texts, 'z'.repeat(5000)]) pass.observe?.(draft(text));
    for (const text of texts) expect(pass.apply(draft(text)).kind).toBe('kept');
    expect(pass.apply(draft('z'.repeat(5000)))).toMatchObject({
      reason: 'length-outlier',
      detail: expect.stringMatching(/^5000, from \d+ to \d+$/),
    });
    expect(pass.apply(draft('a'.repeat(45)))).toMatchObject({ reason: 'entropy-outlier' });
  });

  it('outliers: of few records nothing is dropped', async () => {
    const pass = await passOf('outliers', { outliers: { length: {} } });
    for (const text of ['ab', 'abc', 'x'.repeat(9999)]) pass.observe?.(draft(text));
    expect(pass.apply(draft('x'.repeat(9999))).kind).toBe('kept');
  });

  it('spelling: corrects what is rare and near one word, and nothing else', async () => {
    const pass = await passOf('spelling', { spelling: { words: ['kubectl'] } });
    for (let record = 0; record < 3; record += 1) pass.observe?.(draft('the frobnicator is new'));
    pass.observe?.(draft('a government has to receive an address that is definitely really a relay'));
    const clean = (text: string, spans?: Draft['spans']) => {
      const outcome = pass.apply(draft(text, spans === undefined ? {} : { spans }));
      return outcome.kind === 'kept' ? outcome.draft.text : outcome.reason;
    };
    expect(clean('The goverment will recieve an adress, definately.')).toBe(
      'The government will receive an address, definitely.',
    );
    expect(clean('the frobnicatro helps')).toBe('the frobnicator helps');
    // Nothing is corrected to a word that no record has, and what is made of known words is right.
    expect(clean('seperate lookups in realtime, prefilled')).toBe('seperate lookups in realtime, prefilled');
    const right =
      'frobnicator kubectl colour organise travelled don’t Goverment GOVERMENT goverment2 x_goverment a.goverment@b.example https://goverment.example/recieve /usr/recieve [E1] xqzvw';
    expect(clean(right)).toBe(right);
    const span = [{ start: 4, end: 13, label: 'ORG' }];
    expect(clean('the goverment here', span)).toBe('the goverment here');
  });

  it('pii: pseudonyms are the same for the same value, and differ by key', async () => {
    const world = (secret: string) => ({ ...memoryWorld(), secrets: { resolve: async () => secret } });
    const recipe = { pii: { action: 'hash', key: 'env:PII_KEY' } };
    const texts = async (secret: string) => {
      const pass = await passOf('pii', recipe, world(secret));
      return ['card 4111 1111 1111 1111', 'card 4111-1111-1111-1111'].map((text) => {
        const outcome = pass.apply(draft(text));
        return outcome.kind === 'kept' ? outcome.draft.text : outcome.reason;
      });
    };
    const [one, other] = await texts('k');
    expect(one).toMatch(/^card \[CARD:[0-9a-f]{16}\]$/);
    expect(other).toBe(one);
    expect((await texts('another'))[0]).not.toBe(one);
    await expect(passOf('pii', recipe)).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
  });

  it('pii: masks and drops say the kinds, never the values', async () => {
    const text = 'Write to ada@example.com or +49 30 1234567.';
    const mask = (await passOf('pii', { pii: {} })).apply(draft(text));
    expect(mask).toMatchObject({
      draft: { text: 'Write to [EMAIL] or [PHONE].' },
      changes: ['1 email, 1 phone masked'],
    });
    const drop = (await passOf('pii', { pii: { action: 'drop', kinds: ['email'] } })).apply(draft(text));
    expect(drop).toEqual({ kind: 'dropped', reason: 'personal-data', detail: '1 email' });
  });
});
