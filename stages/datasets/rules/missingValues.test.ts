import { describe, expect, it } from '@jest/globals';
import { CleaningRecipe } from '../../../contracts/index.js';
import { memoryWorld } from '../../testing/index.js';
import { missingValues } from './missingValues.js';
import type { Draft } from './rule.js';

const rowDraft = (row: unknown, format = 'jsonl'): Draft =>
  ({ recordId: 'a', format, raw: new TextEncoder().encode(JSON.stringify(row)) }) as unknown as Draft;

const fill = async (rule: Record<string, unknown>, rows: readonly unknown[], of: unknown) => {
  const pass = await missingValues.begin(CleaningRecipe.parse({ missingValues: [rule] }), memoryWorld());
  if (pass === null) throw new Error('the rule is on');
  for (const row of rows) pass.observe?.(rowDraft(row));
  const outcome = pass.apply(rowDraft(of));
  return outcome.kind === 'kept'
    ? (JSON.parse(new TextDecoder().decode(outcome.draft.raw)) as Record<string, unknown>)
    : { dropped: outcome.reason, detail: outcome.detail };
};

const ROWS = [
  { n: 1, c: 'red' },
  { n: '3', c: 'red' },
  { n: 8, c: 'blue' },
  { n: 'none', c: null },
];

describe('missing values', () => {
  it.each([null, undefined, '', '  '])('%j is missing', async (value) => {
    expect(await fill({ field: 'n', method: 'drop' }, [], { n: value })).toEqual({
      dropped: 'missing-value',
      detail: 'n',
    });
  });

  it('what is there stays, zero and false too', async () => {
    for (const value of [0, false, 'x'])
      expect(await fill({ field: 'n', method: 'constant', value: 'new' }, [], { n: value })).toEqual({
        n: value,
      });
  });

  it.each([
    [{ method: 'constant', value: 7 }, 7],
    [{ method: 'mean' }, 4],
    [{ method: 'median' }, 3],
  ])('%j', async (rule, expected) => {
    expect(await fill({ field: 'n', ...rule }, ROWS, { c: 'x' })).toEqual({ c: 'x', n: expected });
  });

  it('mode takes the most frequent value', async () => {
    expect(await fill({ field: 'c', method: 'mode' }, ROWS, {})).toEqual({ c: 'red' });
  });

  it('leaves a field of which nothing can be learnt', async () => {
    expect(await fill({ field: 'z', method: 'mean' }, ROWS, { n: 1 })).toEqual({ n: 1 });
  });

  it('model asks the most similar rows: numbers by their mean, words by their majority', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      age: index,
      city: index < 20 ? 'Paris' : 'Berlin',
      price: index < 20 ? 10 : 50,
      size: index < 20 ? 'small' : 'large',
    }));
    const by = { method: 'model', from: ['age', 'city'] };
    expect(await fill({ field: 'price', ...by }, rows, { age: 5, city: 'Paris' })).toMatchObject({
      price: 10,
    });
    expect(await fill({ field: 'size', ...by }, rows, { age: 33, city: 'Berlin' })).toMatchObject({
      size: 'large',
    });
  });

  it('leaves records that are no rows to the decoding', async () => {
    const pass = await missingValues.begin(
      CleaningRecipe.parse({ missingValues: [{ field: 'n', method: 'drop' }] }),
      memoryWorld(),
    );
    for (const draft of [
      rowDraft([1]),
      rowDraft({}, 'eml'),
      { ...rowDraft({}), raw: new Uint8Array([0xff]) },
    ])
      expect(pass?.apply(draft)).toEqual({ kind: 'kept', draft, changes: [] });
  });
});
