import { describe, expect, it } from '@jest/globals';
import type { DatasetRow, SplitName } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { selectRows, tokenise } from './examples.js';
import { tinyModel } from './testing/tinyModel.js';
import { trainingInput } from './testing/world.js';

const rows = (split: SplitName, labels: readonly string[]): DatasetRow[] =>
  labels.map((label, index) => {
    const recordId = sha256Hex(`${split}${index}`);
    return { recordId, split, label, group: 'g', text: 'the prize', sentAt: null, clusterId: recordId };
  });
const both = ['ham', 'spam'];
const whole = [
  ...rows('train', [...both, ...both, ...both]),
  ...rows('validation', both),
  ...rows('test', both),
];

describe('selectRows', () => {
  it('takes each split for its purpose and leaves the test split alone', () => {
    const { train, validation, subset } = selectRows(whole, trainingInput('/m'));
    expect([train.length, validation.length, subset]).toEqual([6, 2, null]);
    expect([...train, ...validation].every(({ split }) => split !== 'test')).toBe(true);
  });

  it('takes a subset with every label, and all rows when more are asked for than there are', () => {
    const two = selectRows(whole, trainingInput('/m', {}, { rowsMax: 2 }));
    expect(two.train.map(({ label }) => label).sort()).toEqual(both);
    expect(two.subset).toBe(2);
    const all = selectRows(whole, trainingInput('/m', {}, { rowsMax: 6 }));
    expect(all).toEqual(selectRows(whole, trainingInput('/m')));
  });

  it.each<[string, DatasetRow[]]>([
    ['no rows', []],
    ['training rows of one label', [...rows('train', ['ham', 'ham']), ...rows('validation', both)]],
    ['no validation rows', rows('train', both)],
  ])('refuses a dataset with %s', (_, few) => {
    expect(() => selectRows(few, trainingInput('/m'))).toThrow(
      expect.objectContaining({ code: 'DATASET_INVALID' }),
    );
  });

  it('refuses a label the pipeline does not name', () => {
    const other = [...whole, ...rows('train', ['spma'])];
    expect(() => selectRows(other, trainingInput('/m'))).toThrow(
      expect.objectContaining({ code: 'LABEL_UNKNOWN' }),
    );
  });
});

describe('tokenise', () => {
  it('gives ids cut to the length and the label’s place in the pipeline’s order', async () => {
    const options = {
      tokenizerJson: tinyModel()['tokenizer.json'],
      task: 'sequence-classification' as const,
      labels: ['spam', 'ham'],
      maxLength: 3,
    };
    const examples = await tokenise(rows('train', both), options);
    expect(examples.map(({ target }) => [...target])).toEqual([[1], [0]]);
    expect(examples.map(({ ids }) => ids.length)).toEqual([3, 3]);
  });

  it('tags the first token of each word of a text with entities, in windows where it is long', async () => {
    const options = {
      tokenizerJson: tinyModel()['tokenizer.json'],
      task: 'token-classification' as const,
      labels: ['WHAT'],
      maxLength: 8,
    };
    const text = 'the offer now the prize now money due now';
    const entities = [
      { start: 4, end: 9, label: 'WHAT' },
      { start: 18, end: 33, label: 'WHAT' },
    ];
    const row = { ...rows('train', ['ham'])[0]!, text, entities };
    const examples = await tokenise([row, { ...row, text: '   ', entities: [] }], options);
    expect(examples.every(({ ids, target }) => ids.length <= 8 && target.length === ids.length)).toBe(true);
    const tags = examples.flatMap(({ target }) => [...target].filter((tag) => tag !== -100));
    expect(tags).toEqual([0, 1, 0, 0, 1, 2, 2, 0, 0]);
    expect(examples.length).toBeGreaterThan(1);
  });
});
