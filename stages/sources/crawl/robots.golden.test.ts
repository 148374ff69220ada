import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseRobots } from './robots.js';

interface Case {
  readonly robots: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly product?: string;
}

const goldens = JSON.parse(readFileSync(new URL('./goldens/robots.json', import.meta.url), 'utf8')) as {
  readonly google: readonly Case[];
  readonly protego: readonly Case[];
};

describe('robots.txt is read as others read it', () => {
  it.each([
    ['Google’s parser', goldens.google, 126],
    ['protego', goldens.protego, 800],
  ])('%s', (_whose, cases, count) => {
    expect(cases.length).toBeGreaterThanOrEqual(count);
    const differing = cases.filter(
      ({ robots, path, allowed, product = 'Plumbline' }) =>
        parseRobots(Buffer.from(robots), product).allows(path) !== allowed,
    );
    expect(differing).toEqual([]);
  });
});
