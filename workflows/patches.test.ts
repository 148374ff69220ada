import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PATCHES } from './patches.js';

const sources = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'));

describe('patches', () => {
  it('are asked for in the code exactly as the table names them', () => {
    const asked = sources.flatMap((text) =>
      [...text.matchAll(/\b(?:patched|deprecatePatch)\(\s*'([^']+)'/g)].map((match) => match[1]),
    );
    expect([...new Set(asked)].sort()).toEqual(PATCHES.map(({ id }) => id).sort());
  });

  it('have ids that differ and a day each', () => {
    expect(new Set(PATCHES.map(({ id }) => id)).size).toBe(PATCHES.length);
    for (const { since } of PATCHES) expect(since).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});
