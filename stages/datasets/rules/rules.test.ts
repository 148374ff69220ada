import { describe, expect, it } from '@jest/globals';
import { createPace } from '../../pace.js';
import { memoryStageContext, testPipeline } from '../../testing/index.js';
import { testDraft } from '../testing/draft.js';
import { decode } from './decode.js';
import { exactDuplicate } from './exactDuplicate.js';
import { htmlToText } from './htmlToText.js';
import { RULES, ruleVersions } from './index.js';
import { markRelation } from './markRelation.js';
import { nearDuplicate } from './nearDuplicate.js';
import { normalise } from './normalise.js';
import type { Comparable, Draft, DraftRule } from './rule.js';
import { tooLong } from './tooLong.js';
import { tooShort } from './tooShort.js';

const RECIPE = testPipeline('/').dataset.cleaning;
const draft = (overrides: Partial<Draft>) =>
  testDraft({ format: 'eml', label: 'ham', textFields: [], ...overrides });
const apply = (rule: DraftRule, of: Partial<Draft>, recipe = RECIPE) => rule.apply(draft(of), recipe);
const textAfter = async (rule: DraftRule, text: string, recipe = RECIPE) => {
  const outcome = await apply(rule, { text }, recipe);
  return outcome.kind === 'kept' ? outcome.draft.text : outcome.reason;
};

it('every rule has a name of its own; those that a recipe leaves out are no part of its versions', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  expect(Object.keys(ruleVersions(RECIPE))).toEqual([
    'decode',
    'html-to-text',
    'normalise',
    'too-short',
    'too-long',
    'mark-relation',
    'exact-duplicate',
    'near-duplicate',
  ]);
  expect(ruleVersions({ ...RECIPE, width: { punctuation: true } })).toMatchObject({ width: 1 });
});

describe('decode', () => {
  it('records what was guessed or left out, and nothing for a plain mail', async () => {
    const mail =
      'Date: never\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ncaf\xe9\n--b\nContent-Type: image/png\n\nx\n--b--\n';
    const outcome = await apply(decode, { raw: Buffer.from(mail, 'latin1') });
    expect(outcome).toMatchObject({
      kind: 'kept',
      changes: ['charset guessed as windows-1252', '1 attachment left out', 'date-unreadable'],
    });
    expect(await apply(decode, { raw: Buffer.from('Subject: s\n\nb') })).toMatchObject({ changes: [] });
  });

  it('takes the text fields of a row in their order, other fields never', async () => {
    const raw = Buffer.from('{"label":"spam","n":3,"subject":"S","text":"T","none":null}');
    const outcome = await apply(decode, {
      format: 'jsonl',
      raw,
      textFields: ['text', 'none', 'absent', 'n', 'subject'],
    });
    expect(outcome).toMatchObject({
      draft: { bodies: [{ content: 'T' }, { content: '3' }, { content: 'S' }] },
    });
  });

  it('takes the main part of a page, in the charset that its header declared', async () => {
    const article = `<p>${'Grüße aus dem Hafen, der bis zum Wochenende geschlossen bleibt. '.repeat(5)}</p>`;
    const page = `<title>Hafen</title><nav><a href="/">Startseite</a></nav><article>${article}</article>`;
    const outcome = await apply(decode, {
      format: 'html;charset=iso-8859-1',
      raw: Buffer.from(page, 'latin1'),
    });
    expect(outcome).toMatchObject({
      kind: 'kept',
      draft: { subject: 'Hafen', bodies: [{ kind: 'html', content: expect.stringContaining('Grüße aus') }] },
      changes: [],
    });
    expect(JSON.stringify(outcome)).not.toContain('Startseite');
  });

  it('drops a row that is no JSON', async () => {
    expect(await apply(decode, { format: 'csv', raw: Buffer.from('{') })).toEqual({
      kind: 'dropped',
      reason: 'unreadable',
    });
  });
});

describe('html-to-text', () => {
  it('joins subject and bodies by an empty line, and is a change only where there was HTML', async () => {
    const plain = await apply(htmlToText, { subject: 'S', bodies: [{ kind: 'text', content: 'a <b> c' }] });
    expect(plain).toMatchObject({ draft: { text: 'S\n\na <b> c' }, changes: [] });
    const html = await apply(htmlToText, { subject: 'S', bodies: [{ kind: 'html', content: '<p>x' }] });
    expect(html).toMatchObject({ draft: { text: 'S\n\nx' } });
    expect(html.kind === 'kept' && html.changes).toHaveLength(1);
  });
});

describe('normalise', () => {
  it('composes, removes what cannot be seen, and collapses white space', async () => {
    expect(
      await textAfter(normalise, 'cafe\u0301\u200B \u00A0 x\u0000\uFFFDy\t\r\nz\u2028w\r\n\r\n\r\n\r\nend  '),
    ).toBe('café xy\nz\nw\n\nend');
    expect(await textAfter(normalise, 'lone \uD83D half, whole 😀, family 👨‍👩‍👧')).toBe(
      'lone half, whole 😀, family 👨‍👩‍👧',
    );
  });

  it('says which it did, and changes nothing the second time', async () => {
    const first = await apply(normalise, { text: ' e\u0301\u0007 ' });
    expect(first).toMatchObject({
      changes: ['Unicode composed (NFC)', 'control characters removed', 'white space collapsed'],
    });
    if (first.kind === 'kept') expect(await apply(normalise, first.draft)).toMatchObject({ changes: [] });
  });
});

describe('too-short and too-long', () => {
  it('drops below the minimum and keeps at it', async () => {
    expect(await textAfter(tooShort, '123456789')).toBe('too-short');
    expect(await textAfter(tooShort, '1234567890')).toBe('1234567890');
    expect(await textAfter(tooShort, '')).toBe('empty');
    expect(await textAfter(tooShort, '', { ...RECIPE, textCharactersMin: 0 })).toBe('empty');
  });

  it('cuts at the last word and never within a character', async () => {
    const recipe = { ...RECIPE, textCharactersMax: 100 };
    expect(await textAfter(tooLong, `${'word '.repeat(19)}longer than that`, recipe)).toBe(
      'word '.repeat(19).trim(),
    );
    expect(await textAfter(tooLong, '😀'.repeat(60), { ...recipe, textCharactersMax: 101 })).toBe(
      '😀'.repeat(50),
    );
    expect(await textAfter(tooLong, 'x'.repeat(100), recipe)).toBe('x'.repeat(100));
  });
});

const row = (recordId: string, label: string, text: string): Comparable => ({ recordId, label, text });

describe('exact-duplicate', () => {
  it('keeps the smallest id of the most frequent label, and none when no label is', () => {
    const rows = [row('d', 'ham', 'x'), row('c', 'ham', 'x'), row('a', 'spam', 'x'), row('b', 'ham', 'y')];
    expect(exactDuplicate.find(rows)).toEqual(
      [
        { recordId: 'd', reason: 'exact-duplicate', keptRecordId: 'c' },
        { recordId: 'a', reason: 'conflicting-label', keptRecordId: 'c' },
      ].sort((a, b) => (a.recordId === 'd' ? -1 : b.recordId === 'd' ? 1 : 0)),
    );
    expect(exactDuplicate.find([row('a', 'ham', 'x'), row('b', 'spam', 'x')])).toEqual([
      { recordId: 'a', reason: 'conflicting-label', keptRecordId: null },
      { recordId: 'b', reason: 'conflicting-label', keptRecordId: null },
    ]);
  });
});

describe('near-duplicate', () => {
  const words = (last: string) =>
    `${Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')} ${last}`;
  const rows = [
    row('c', 'ham', words('one')),
    row('b', 'ham', words('two')),
    row('a', 'ham', 'something else entirely'),
  ];
  const find = (drop: boolean) =>
    nearDuplicate.find(
      rows,
      { ...RECIPE.nearDuplicates, drop },
      createPace(memoryStageContext(), { activity: 'test', unit: 'rows' }),
    );

  it('names a cluster after its smallest record and keeps that one', async () => {
    const found = await find(true);
    expect(Object.fromEntries(found.clusterOf)).toEqual({ a: 'a', b: 'b', c: 'b' });
    expect(found).toMatchObject({
      clusters: 1,
      duplicates: [{ recordId: 'c', reason: 'near-duplicate', keptRecordId: 'b' }],
    });
  });

  it('drops nothing when the recipe says so', async () => {
    expect(await find(false)).toMatchObject({ clusters: 1, duplicates: [] });
  });
});

describe('spans', () => {
  const entities = { from: 'entities', field: 'entities' } as const;
  const relation = { from: 'relation', field: 'label', head: 'head', tail: 'tail' } as const;
  const decoded = (row: object, labelledBy: Draft['labelledBy'] = entities) =>
    apply(decode, {
      format: 'jsonl',
      textFields: ['subject', 'text'],
      labelledBy,
      raw: Buffer.from(JSON.stringify(row)),
    });

  it('are read with the one text they are in, by their start', async () => {
    const spans = [
      { start: 4, end: 6, label: 'B' },
      { start: 0, end: 2, label: 'A' },
    ];
    expect(await decoded({ text: 'ab, cd', entities: spans })).toMatchObject({
      kind: 'kept',
      draft: { spans: [spans[1], spans[0]] },
    });
    const span = { start: 0, end: 2 };
    expect(await decoded({ text: 'ab, cd', head: { start: 4, end: 6 }, tail: span }, relation)).toMatchObject(
      {
        draft: {
          spans: [
            { ...span, label: 'tail' },
            { start: 4, end: 6, label: 'head' },
          ],
        },
      },
    );
  });

  it.each([
    [{ text: 'ab', entities: [{ start: 0, end: 3, label: 'A' }] }, 'span-outside-text'],
    [{ text: 'ab', subject: 'c', entities: [] }, 'several-texts'],
    [{ entities: [] }, 'empty'],
    [{ text: 'ab' }, 'malformed-entities'],
  ])('that cannot be in the text drop the row: %j', async (row, reason) => {
    expect(await decoded(row)).toEqual({ kind: 'dropped', reason });
  });

  it('that a cut touches are lost, and the loss is recorded', async () => {
    const spans = [
      { start: 0, end: 50, label: 'A' },
      { start: 95, end: 120, label: 'B' },
    ];
    const outcome = await apply(
      tooLong,
      { text: 'x'.repeat(200), spans },
      { ...RECIPE, textCharactersMax: 100 },
    );
    expect(outcome).toMatchObject({
      draft: { spans: [spans[0]] },
      changes: ['cut from 200 characters to at most 100', '1 span lost with their text'],
    });
  });

  it('of a relation become marks, and a row that lost one is dropped', async () => {
    const spans = [
      { start: 0, end: 3, label: 'tail' },
      { start: 8, end: 11, label: 'head' },
    ];
    const of = { text: 'Ada met Bob', labelledBy: relation };
    expect(await apply(markRelation, { ...of, spans })).toMatchObject({
      draft: { text: '[E2] Ada [/E2] met [E1] Bob [/E1]' },
    });
    expect(await apply(markRelation, { ...of, spans: spans.slice(1) })).toEqual({
      kind: 'dropped',
      reason: 'span-lost',
    });
    expect(await apply(markRelation, { ...of, text: 'Ada [E1] met', spans })).toEqual({
      kind: 'dropped',
      reason: 'marker-in-text',
    });
  });
});
