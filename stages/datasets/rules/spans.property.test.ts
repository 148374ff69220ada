import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type CleaningRecipe, type Entity, CleaningRecipe as Recipe } from '../../../contracts/index.js';
import { memoryWorld } from '../../testing/index.js';
import { testDraft } from '../testing/draft.js';
import { CORPUS_RULES, DRAFT_RULES } from './index.js';
import type { Draft, Outcome } from './rule.js';

// The dictionary's index and the connectors take seconds to load on a busy machine.
jest.setTimeout(60_000);

/** Every rule that rewrites texts, with a recipe under which it does. */
const RECIPES: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  'encoding-repair': [{ encodingRepair: {} }],
  'special-characters': [{ specialCharacters: { emoji: 'remove', typography: 'plain' } }],
  width: [{ width: {} }],
  boilerplate: [{ boilerplate: {} }],
  'c4-quality': [{ c4Quality: { sentencesMin: 0 } }],
  normalise: [{}],
  han: [{ han: { from: 't', to: 'cn' } }, { han: { from: 'cn', to: 'twp' } }],
  dates: [{ dates: {} }, { dates: { locale: 'de' } }, { dates: { locale: 'zh' } }],
  numbers: [{ numbers: {} }, { numbers: { locale: 'de' } }, { numbers: { locale: 'zh' } }],
  units: [{ units: {} }, { units: { locale: 'de' } }, { units: { locale: 'zh' } }],
  'too-long': [{ textCharactersMax: 100 }],
  spelling: [{ spelling: {} }],
  pii: [{ pii: {} }],
};

const PIECES = [
  'Die StraÃŸe',
  'itâ€™s',
  '👍🏽',
  '“Acme” – …',
  'раypal',
  'ＡＢＣ１２',
  'ｶﾞｷﾞ',
  'On Monday Bob wrote:',
  '> quoted',
  '-- ',
  'Sent from my phone',
  'We use cookies.',
  '軟體與滑鼠',
  '软件和鼠标',
  'March 5th, 2026',
  '3.4.2026',
  '2026年11月24日',
  '1,234.56',
  '1.234,56 kg',
  '三万二千五百元',
  '5 lbs',
  '$1,234.50',
  '12,50 €',
  '98.6 °F',
  'goverment',
  'adress',
  'bob@example.com',
  '+49 30 1234567',
  '4111 1111 1111 1111',
  'e\u0301',
  '\u200b',
  '\u0007',
  'One. Two. Three.',
  'function() { javascript }',
  'x',
] as const;
const separator = fc.constantFrom(' ', '\n', '\n\n', ', ', '');
const noise = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.string({ maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const around = fc.array(fc.tuple(noise, separator), { maxLength: 8 }).map((parts) => parts.flat().join(''));

const draft = (text: string, spans: readonly Entity[]) =>
  testDraft({ labelledBy: { from: 'entities', field: 'entities' }, text, spans });

type Apply = (draft: Draft) => Outcome | Promise<Outcome>;
const applierOf = async (name: string, recipe: CleaningRecipe): Promise<Apply> => {
  const rule = DRAFT_RULES.find((known) => known.name === name);
  if (rule !== undefined) return (of) => rule.apply(of, recipe);
  const pass = await CORPUS_RULES.find((known) => known.name === name)?.begin(recipe, memoryWorld());
  if (pass === null || pass === undefined) throw new Error(`no rule ${name}`);
  return (of) => pass.apply(of);
};
const textOf = async (apply: Apply, of: Draft): Promise<Draft | null> => {
  const outcome = await apply(of);
  return outcome.kind === 'kept' ? outcome.draft : null;
};
const lostOf = (changes: readonly string[]): number =>
  Number(/^(\d+) spans? lost/.exec(changes.find((change) => change.includes('lost with')) ?? '')?.[1] ?? 0);

/** Words that no rule changes, in places where none removes them: what a span on them must still cover. */
const NAMES = ['Zyxar', 'Quorblat', 'Vexolund'] as const;
/** In between there is what keeps a rule from taking name and neighbour for one thing. */
const BARRIER = ' is here. ';

const cases = Object.entries(RECIPES).flatMap(([name, recipes]) =>
  recipes.map((recipe): [string, Record<string, unknown>] => [name, recipe]),
);

describe('spans under every rule that rewrites texts', () => {
  it('are tried for every rule but those that read, judge or mark', () => {
    const others = [
      'decode',
      'html-to-text',
      'too-short',
      'mark-relation',
      'language',
      'gopher-quality',
      'missing-values',
      'decontamination',
      'outliers',
    ];
    const all = [...DRAFT_RULES, ...CORPUS_RULES].map(({ name }) => name);
    expect([...Object.keys(RECIPES), ...others].sort()).toEqual(all.sort());
  });

  it.each(cases)('%s %j: the text is the same as without spans', async (name, recipe) => {
    const apply = await applierOf(name, Recipe.parse(recipe));
    await fc.assert(
      fc.asyncProperty(around, async (text) => {
        const { spans: _, ...plain } = draft(text, []);
        expect((await textOf(apply, draft(text, [])))?.text).toBe((await textOf(apply, plain))?.text);
      }),
      { numRuns: 150 },
    );
  });

  it.each(cases)(
    '%s %j: spans stay in order and inside, and every one is there or counted lost',
    async (name, recipe) => {
      const apply = await applierOf(name, Recipe.parse(recipe));
      await fc.assert(
        fc.asyncProperty(around, fc.array(fc.nat(120), { maxLength: 8 }), async (text, cuts) => {
          const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
          const spans = places.flatMap((start, index) => {
            const end = places[index + 1];
            return index % 2 === 0 && end !== undefined ? [{ start, end, label: 'X' }] : [];
          });
          const outcome = await apply(draft(text, spans));
          if (outcome.kind === 'dropped') return;
          const { text: after, spans: moved = [] } = outcome.draft;
          let end = 0;
          for (const span of moved) {
            expect(span.start).toBeGreaterThanOrEqual(end);
            expect(span.end).toBeGreaterThan(span.start);
            end = span.end;
          }
          expect(end).toBeLessThanOrEqual(after.length);
          expect(moved.length + lostOf(outcome.changes)).toBe(spans.length);
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each(cases)('%s %j: a span still covers its words', async (name, recipe) => {
    const apply = await applierOf(name, Recipe.parse(recipe));
    await fc.assert(
      fc.asyncProperty(around, around, around, async (...parts) => {
        let text = 'Start';
        const spans: Entity[] = [];
        parts.forEach((part, index) => {
          const surface = NAMES[index] as string;
          text += `${part}${BARRIER}\n`;
          spans.push({ start: text.length, end: text.length + surface.length, label: surface });
          text += `${surface}${BARRIER}`;
        });
        const outcome = await apply(draft(text, spans));
        if (outcome.kind === 'dropped') return;
        const { text: after, spans: moved = [] } = outcome.draft;
        for (const span of moved) expect(after.slice(span.start, span.end)).toBe(span.label);
        expect(moved.length + lostOf(outcome.changes)).toBe(spans.length);
        // What is still in the text was not lost.
        for (const surface of NAMES)
          if (after.includes(surface)) expect(moved.map(({ label }) => label)).toContain(surface);
      }),
      { numRuns: 150 },
    );
  });
});
