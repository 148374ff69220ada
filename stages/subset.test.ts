import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from './digest.js';
import { firstRowsByHash } from './subset.js';

const rows = Array.from({ length: 300 }, (_, i) => ({
  recordId: sha256Hex(`record ${i}`),
  label: i % 10 === 0 ? 'rare' : i % 3 === 0 ? 'some' : 'most',
}));
const share = (subset: readonly { label: string }[], label: string) =>
  subset.filter((row) => row.label === label).length / subset.length;

describe('firstRowsByHash', () => {
  it('gives the same rows whatever the order they come in', () => {
    expect(firstRowsByHash([...rows].reverse(), 50, 42)).toEqual(firstRowsByHash(rows, 50, 42));
  });

  it('gives every label a place, and the labels their proportion', () => {
    expect(new Set(firstRowsByHash(rows, 3, 42).map((row) => row.label)).size).toBe(3);
    const subset = firstRowsByHash(rows, 50, 42);
    for (const label of ['rare', 'some', 'most'])
      expect(Math.abs(share(subset, label) - share(rows, label)) * 50).toBeLessThanOrEqual(1.5);
  });

  it('keeps smaller subsets within larger ones and returns all rows when asked for more', () => {
    const large = firstRowsByHash(rows, 200, 42);
    expect(firstRowsByHash(rows, 50, 42)).toEqual(large.slice(0, 50));
    expect(new Set(firstRowsByHash(rows, 1000, 42))).toEqual(new Set(rows));
  });

  it('draws other rows for another seed', () => {
    expect(firstRowsByHash(rows, 50, 43)).not.toEqual(firstRowsByHash(rows, 50, 42));
  });

  it('refuses a count that leaves a label out', () => {
    expect(() => firstRowsByHash(rows, 2, 42)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }));
  });

  it('draws rows with entities whatever labels they have together', () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      recordId: `row ${index}`,
      label: `A B${index}`,
      entities: [],
    }));
    expect(firstRowsByHash(rows, 10, 1)).toHaveLength(10);
    expect(firstRowsByHash(rows, 20, 1).slice(0, 10)).toEqual(firstRowsByHash(rows, 10, 1));
  });
});
