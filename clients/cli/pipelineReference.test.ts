import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { connectorNames, connectorReference, pipelineReference } from './pipelineReference.js';

const silentKeys = (table: string) =>
  table
    .split('\n')
    .slice(2)
    .filter((row) => row.endsWith('|  |') && !row.includes('| section |'))
    .map((row) => row.split('|')[1]?.trim());

describe('docs/pipeline.md', () => {
  it('documents every key of the schema with its default (plumbline pipeline reference prints the table)', () => {
    const page = readFileSync(new URL('../../docs/pipeline.md', import.meta.url), 'utf8');
    expect(page).toContain(pipelineReference());
  });

  it('leaves no key without a meaning', () => {
    expect(silentKeys(pipelineReference())).toEqual([]);
  });
});

describe('docs/sources', () => {
  it.each(connectorNames())(
    '%s.md documents every key (plumbline pipeline reference --connector prints the table)',
    (name) => {
      const page = readFileSync(new URL(`../../docs/sources/${name}.md`, import.meta.url), 'utf8');
      expect(page).toContain(connectorReference(name));
    },
  );

  it.each(connectorNames())('leaves no key of %s without a meaning', (name) => {
    expect(silentKeys(connectorReference(name) ?? '')).toEqual([]);
  });
});
