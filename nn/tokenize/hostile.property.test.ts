import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { loadTokenizer } from './tokenizer.js';

const goldens = fileURLToPath(new URL('goldens/', import.meta.url));
const files = readdirSync(goldens, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readFileSync(join(goldens, name, 'tokenizer.json'), 'utf8'));

const TEXTS = [
  '',
  ' the <s>worker</s> [SEP] keeps 中文 ﬁ👨‍👩‍👧\u0000 ',
  'a'.repeat(500),
  '\ud800 e\u0301 \u202e',
];

/** Values that programs trip over, and names that stand for components. */
const values: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  3,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  '',
  'a',
  '▁',
  '\ud800',
  '💥',
  '<unk>',
  'x'.repeat(600),
  [],
  {},
  [[]],
  'ByteLevel',
  'Metaspace',
  'Strip',
  'Replace',
  'Sequence',
  'Precompiled',
  'Unigram',
  'BPE',
  'WordPiece',
  { type: 'Strip', content: ' ', start: 3, stop: 3 },
  { String: 'a' },
  { Regex: '(a+)+b' },
  { Regex: '\\s+' },
];

const mutation = fc.record({
  /** Which member to go into at each level; so the small top levels are hit as often as a vocabulary. */
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
  how: fc.constantFrom('replace', 'remove', 'copy'),
  value: fc.constantFrom(...values),
  from: fc.nat(),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;
type Container = Record<string, unknown>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

function mutate(root: Container, { path, how, value, from }: Mutation): void {
  let holder = root;
  let key = '';
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    key = keys[step % keys.length]!;
    const next = holder[key];
    if (depth === path.length - 1 || !isContainer(next)) break;
    holder = next;
  }
  const keys = Object.keys(holder);
  if (how === 'replace') holder[key] = structuredClone(value);
  else if (how === 'copy') holder[key] = structuredClone(holder[keys[from % keys.length] ?? key]);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** Refused with its code, or a tokenizer that reads and writes every text. */
async function expectRefusedOrWorking(json: string): Promise<void> {
  try {
    const tokenizer = await loadTokenizer(json);
    const options = { maxLength: 64, overflow: { kind: 'cut-longest' } } as const;
    const pairs = TEXTS.map((text): [string, string] => [text, TEXTS[1]!]);
    const windows = await tokenizer.encodeSpans([...TEXTS, ...pairs], options);
    const ids = windows.map(([first]) => first!.ids);
    if (ids.some((row) => row.some((id) => id >= tokenizer.vocabularySize)))
      throw new Error('an id is too large');
    await tokenizer.decodeBatch(ids, { specialTokens: 'kept' });
  } catch (error) {
    if (!(error instanceof NnError)) throw error;
    if (error.code !== 'TOKENIZER_INVALID' && error.code !== 'SHAPE_MISMATCH') throw error;
  }
}

describe('a tokenizer.json changed at random', () => {
  it('is refused or works, when members are replaced, removed or copied', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async (i, list) => {
          const root = JSON.parse(files[i]!) as Container;
          for (const one of list) mutate(root, one);
          await expectRefusedOrWorking(JSON.stringify(root));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is refused or works, when characters are changed', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:0-9e.\\u▁#')), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), changes, async (i, list) => {
        const characters = [...files[i]!];
        for (const [at, character] of list) characters[at % characters.length] = character;
        await expectRefusedOrWorking(characters.join(''));
      }),
      { numRuns: 60 },
    );
  });
});
