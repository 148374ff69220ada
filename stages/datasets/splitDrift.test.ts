import { describe, expect, it } from '@jest/globals';
import type { DatasetRow } from '../../contracts/index.js';
import { sha256Hex } from '../digest.js';
import { splitDrift, stabilityIndex } from './splitDrift.js';

const row = (split: DatasetRow['split'], label: string, text: string): DatasetRow => ({
  recordId: sha256Hex(text),
  clusterId: sha256Hex(text),
  split,
  label,
  group: 'one',
  text,
  sentAt: null,
});

describe('stabilityIndex', () => {
  it('is what its formula says, worked by hand', () => {
    const found = new Map([
      ['a', 30],
      ['b', 70],
    ]);
    const expected = new Map([
      ['a', 50],
      ['b', 50],
    ]);
    // (0.3 - 0.5) ln 0.6 + (0.7 - 0.5) ln 1.4
    expect(stabilityIndex(found, expected)).toBeCloseTo(0.16946, 5);
    expect(stabilityIndex(expected, expected)).toBe(0);
    expect(stabilityIndex(found, expected)).toBeCloseTo(stabilityIndex(expected, found), 12);
  });
});

describe('splitDrift', () => {
  it('is nothing where the splits are alike', () => {
    const rows = (['train', 'validation', 'test'] as const).flatMap((split) => [
      row(split, 'ham', 'two words'),
      row(split, 'spam', 'three more words'),
    ]);
    const alike = { labels: 0, lengths: 0, unseenWords: 0 };
    expect(splitDrift(rows)).toEqual({ validation: alike, test: alike });
  });

  it('tells other labels, other lengths and words that training never saw', () => {
    const rows = [
      ...Array.from({ length: 10 }, () => row('train', 'ham', 'good morning')),
      ...Array.from({ length: 10 }, () => row('train', 'spam', 'buy now')),
      row('validation', 'ham', 'good morning'),
      row('validation', 'spam', 'buy now'),
      ...Array.from({ length: 4 }, () => row('test', 'spam', 'buy these very new pills here right now')),
    ];
    const { validation, test } = splitDrift(rows);
    expect(validation).toEqual({ labels: 0, lengths: 0, unseenWords: 0 });
    expect(test.labels).toBeGreaterThan(0.25);
    expect(test.lengths).toBeGreaterThan(0.25);
    expect(test.unseenWords).toBeCloseTo(6 / 8, 12);
  });
});
