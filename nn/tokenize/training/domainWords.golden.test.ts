import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { addTokens } from '../addTokens.js';
import { loadTokenizer } from '../tokenizer.js';
import { withSegmentation } from '../withSegmentation.js';
import { findDomainWords } from './domainWords.js';

const goldens = fileURLToPath(new URL('../goldens/', import.meta.url));
const tokenizerOf = (name: string) => readFileSync(`${goldens}${name}/tokenizer.json`, 'utf8');
const domain = [
  'The Kubernetes operator restarts kubernetes pods; KUBERNETES!',
  'an operator_name and kubernetes operators, (operator) of Zürich',
  'Zürich, Zürich',
];
const chinese = ['数据结构与算法，有序映射的数据结构。', '这是数据结构', '算法与数据结构的算法'];

const tokensOf = async (json: string, texts: readonly string[]) => {
  const encoded = await (await loadTokenizer(json)).encodeBatch(texts, { maxLength: 10_000 });
  return encoded.reduce((sum, { ids }) => sum + ids.length, 0);
};

describe('the words of a domain', () => {
  it('save as many tokens as they say', async () => {
    const json = tokenizerOf('wordpiece');
    const words = await findDomainWords(json, domain, { count: 10, minimumFrequency: 2 });
    expect(words.map(({ text, occurrences }) => [text, occurrences])).toEqual([
      ['kubernetes', 4],
      ['zurich', 3],
    ]);
    const grown = addTokens(
      json,
      words.map(({ text }) => text),
    );
    const saved = words.reduce((sum, word) => sum + word.occurrences * word.saved, 0);
    expect((await tokensOf(json, domain)) - (await tokensOf(grown, domain))).toBe(saved);
  });

  it('are those that save the most, found again by the same texts', async () => {
    const json = tokenizerOf('byte-level-gpt2');
    const all = await findDomainWords(json, domain, { count: 10, minimumFrequency: 1 });
    const [first] = await findDomainWords(json, domain, { count: 1, minimumFrequency: 1 });
    expect(first).toEqual(all[0]);
    const use = all.map(({ occurrences, saved }) => occurrences * saved);
    expect(use).toEqual([...use].sort((a, b) => b - a));
    expect(all.every(({ saved }) => saved > 0)).toBe(true);
    // The decoder would take the letter for a byte.
    expect(all.map(({ text }) => text)).not.toContain('Zürich');
  });

  it('are none where added tokens are not found after spaces', async () => {
    expect(
      await findDomainWords(tokenizerOf('sentencepiece-llama2'), domain, { count: 5, minimumFrequency: 1 }),
    ).toEqual([]);
  });

  it('of Chinese text are found once it is segmented, by whoever reads the file', async () => {
    const json = tokenizerOf('byte-level-gpt2');
    const plain = await findDomainWords(json, chinese, { count: 5, minimumFrequency: 2 });
    expect(plain.map(({ text }) => text)).not.toContain('数据结构');
    const segmenting = withSegmentation(json);
    const words = await findDomainWords(segmenting, chinese, { count: 5, minimumFrequency: 2 });
    expect(words.map(({ text, occurrences }) => [text, occurrences])).toContainEqual(['数据结构', 4]);
    const grown = addTokens(
      segmenting,
      words.map(({ text }) => text),
    );
    expect(await tokensOf(grown, chinese)).toBeLessThan(await tokensOf(json, chinese));
  });
});
