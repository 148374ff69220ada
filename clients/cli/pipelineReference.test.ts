import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pipelineReference } from './pipelineReference.js';

describe('docs/pipeline.md', () => {
  it('documents every key of the schema with its default (plumbline pipeline reference prints the table)', () => {
    const page = readFileSync(new URL('../../docs/pipeline.md', import.meta.url), 'utf8');
    expect(page).toContain(pipelineReference());
  });

  it('leaves no key without a meaning', () => {
    const silent = pipelineReference()
      .split('\n')
      .slice(2)
      .filter((row) => row.endsWith('|  |') && !row.includes('| section |'))
      .map((row) => row.split('|')[1]?.trim());
    expect(silent).toEqual([]);
  });
});
