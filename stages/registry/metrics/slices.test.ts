import { describe, expect, it } from '@jest/globals';
import type { EvaluationRow } from '../../../contracts/index.js';
import { sha256Hex } from '../../digest.js';
import { memoryStageContext } from '../../testing/index.js';
import { slicesOf } from './slices.js';

const row = (index: number, changes: Partial<EvaluationRow>): EvaluationRow => ({
  trainingRunId: sha256Hex('run'),
  split: 'test',
  recordId: sha256Hex(String(index)),
  label: index % 2 === 0 ? 'ham' : 'spam',
  predicted: index % 2 === 0 ? 'ham' : 'spam',
  scores: [0.5, 0.5],
  embedding: [],
  tokens: 20,
  group: 'inbox',
  ...changes,
});
const options = {
  resamples: 100,
  confidence: 0.95,
  seed: 7,
  labels: ['ham', 'spam'],
  lengthEdges: [32, 64, 128],
  maxLength: 128,
  cutAtLimit: true,
  sliceRowsMin: 10,
};
const rows = [
  ...Array.from({ length: 12 }, (_, index) => row(index, {})),
  ...Array.from({ length: 10 }, (_, index) =>
    row(20 + index, { group: 'lists', label: 'ham', predicted: 'ham', tokens: 128 }),
  ),
  ...Array.from({ length: 3 }, (_, index) => row(40 + index, { group: 'rare', tokens: 100 })),
];

describe('slicesOf', () => {
  it('puts every row in one group and one length slice, texts at the limit apart', async () => {
    const slices = await slicesOf(memoryStageContext(), rows, options);
    expect(slices.map(({ by, value, rows: count }) => [by, value, count])).toEqual([
      ['group', 'inbox', 12],
      ['group', 'lists', 10],
      ['group', 'rare', 3],
      ['length', '1–32 tokens', 12],
      ['length', '65–127 tokens', 3],
      ['length', '128 tokens (the limit)', 10],
    ]);
  });

  it('judges no slice that is too small, and gives no macro-F1 to a slice of one label', async () => {
    const slices = await slicesOf(memoryStageContext(), rows, options);
    const of = (value: string) => slices.find((slice) => slice.value === value);
    expect(of('rare')).toMatchObject({ accuracy: null, macroF1: null });
    expect(of('lists')).toMatchObject({ accuracy: { value: 1 }, macroF1: null });
    expect(of('inbox')).toMatchObject({ accuracy: { value: 1 }, macroF1: { value: 1 } });
  });
});
