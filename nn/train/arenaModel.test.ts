import { describe, expect, it } from '@jest/globals';
import { createOptimizer } from '../optim/index.js';
import { arenaModel } from './arenaModel.js';
import { tinyClassifier } from './testing/tinyRun.js';

const setUp = () => {
  const model = tinyClassifier();
  const values = new Map([...model.parameters].map(([name, { data }]) => [name, data.slice()]));
  const trained = [...model.parameters].filter(([name]) => name.includes('layer.1.'));
  const { arena } = createOptimizer(new Map(trained), { type: 'sgd', weightDecay: 0 });
  return { model, values, arena };
};

describe('arenaModel', () => {
  it.each([false, true])(
    'has the same values, the trained ones in the arena; freeing the others: %s',
    (frees) => {
      const { model, values, arena } = setUp();
      const moved = arenaModel(model, arena, frees);
      for (const [name, { data }] of moved.parameters) {
        expect([name, data]).toEqual([name, values.get(name)]);
        if (arena.region('weights').has(name)) expect(data.buffer).toBe(arena.memory.buffer);
      }
      expect(moved.parameters.size).toBe(values.size);
    },
  );

  it('frees what it was told to free, and nothing else', () => {
    const [kept, freed] = [setUp(), setUp()];
    arenaModel(kept.model, kept.arena, false);
    arenaModel(freed.model, freed.arena, true);
    const length = ({ model, arena }: typeof kept) =>
      model.parameters.get([...arena.region('weights').keys()][0]!)!.data.length;
    expect(length(kept)).toBeGreaterThan(0);
    expect(length(freed)).toBe(0);
  });
});
