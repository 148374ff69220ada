import { describe, expect, it } from '@jest/globals';
import { EntityCounts, entitiesOf } from './entities.js';

const found = (tags: string) => entitiesOf(tags.split(' ')).map((e) => `${e.type} ${e.start}-${e.end}`);

describe('entities of tags', () => {
  // What seqeval.metrics.sequence_labeling.get_entities gives, its last index counted as ours.
  it.each([
    ['B-PER I-PER O B-LOC', ['PER 0-2', 'LOC 3-4']],
    ['I-PER I-PER O', ['PER 0-2']],
    ['B-PER B-PER I-LOC', ['PER 0-1', 'PER 1-2', 'LOC 2-3']],
    ['O I-A I-B', ['A 1-2', 'B 2-3']],
    ['S-A B-B E-B I-B', ['A 0-1', 'B 1-3', 'B 3-4']],
    ['B-a-b I-a-b', ['a-b 0-2']],
    ['O O', []],
  ])('%s', (tags, expected) => {
    expect(found(tags)).toEqual(expected);
  });

  it('count whole entities of the right type', () => {
    const counts = new EntityCounts();
    expect(counts.f1()).toBe(0);
    counts.add(['B-PER', 'I-PER', 'O', 'B-LOC'], ['B-PER', 'O', 'O', 'B-LOC']);
    counts.add(['B-LOC', 'O'], ['O', 'B-LOC']);
    // One of three looked for and of three found.
    expect(counts.f1()).toBeCloseTo(1 / 3, 12);
  });
});
