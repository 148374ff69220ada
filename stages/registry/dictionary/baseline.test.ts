import { describe, expect, it } from '@jest/globals';
import { memoryStageContext } from '../../testing/index.js';
import { predictByDictionary } from './baseline.js';

const entity = (text: string, name: string, label: string) => ({
  start: text.indexOf(name),
  end: text.indexOf(name) + name.length,
  label,
});
const known = (text: string, ...names: readonly (readonly [string, string])[]) => ({
  text,
  entities: names.map(([name, label]) => entity(text, name, label)),
});
const find = async (text: string) => {
  const train = [
    known('New York is far', ['New York', 'LOC']),
    known('the New York Times wrote', ['New York Times', 'ORG']),
    known('Ford drove a Ford', ['Ford', 'PER']),
    known('Ford sells cars', ['Ford', 'ORG']),
    known('Zürich-based', ['Zürich', 'LOC']),
  ];
  const [found] = await predictByDictionary(memoryStageContext(), train, [text]);
  return found!.map(({ start, end, label }) => [text.slice(start, end), label]);
};

describe('the dictionary of training entities', () => {
  it('finds the longest name, each word once', async () => {
    expect(await find('I read the New  York Times in New York')).toEqual([
      ['New  York Times', 'ORG'],
      ['New York', 'LOC'],
    ]);
  });

  it('knows no name that had two types, and finds only whole words', async () => {
    expect(await find('Ford of Zürich, not of Zürichsee')).toEqual([['Zürich', 'LOC']]);
  });

  it('finds nothing without training entities', async () => {
    expect(await predictByDictionary(memoryStageContext(), [], ['New York'])).toEqual([[]]);
  });
});
