import { describe, expect, it } from '@jest/globals';
import { isLinear } from './file/pattern.js';
import { hostileFiles, soundCharsMapFile } from './testing/hostileFiles.js';
import { loadTokenizer } from './tokenizer.js';

describe('a hostile tokenizer.json', () => {
  it.each(Object.keys(hostileFiles))('is refused for %s', async (name) => {
    await expect(loadTokenizer(hostileFiles[name]!)).rejects.toMatchObject({ code: 'TOKENIZER_INVALID' });
  });

  it('is not what a sound table is taken for', async () => {
    const tokenizer = await loadTokenizer(soundCharsMapFile);
    const [encoded] = await tokenizer.encodeBatch(['ab'], { maxLength: 8 });
    expect([...encoded!.ids]).toEqual([1, 1]);
  });
});

describe('expressions', () => {
  it.each([' {2,}', '\\s+', '\\d', '[0-9]', '[^\\s\\p{L}]+', 'a|b+', ' ?\\p{L}+', '\\n', '^\\s*', "it's"])(
    '%s cannot backtrack',
    (expression) => {
      expect(isLinear(expression)).toBe(true);
    },
  );

  it.each([
    '',
    'a+b',
    'a*a',
    '(a|b)',
    'a?b?c',
    '[a',
    'a{2,}b',
    '\\1',
    '(?=a)',
    '.*x',
    '[[:alpha:]&&a]',
    'a\\',
  ])('%s is refused', (expression) => {
    expect(isLinear(expression)).toBe(false);
  });

  it('are judged in no time, whatever they are', () => {
    for (const part of ['[^a', '[^^]', '\\p{', 'a?', '|', 'a{1,', '\\\\']) {
      expect(isLinear(`${part.repeat(Math.floor(510 / part.length))}(`)).toBe(false);
    }
  });
});
