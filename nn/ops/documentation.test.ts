import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { SAME_SINCE } from './sameSince.js';
import { OPERATORS, type Operator } from './table.js';

it('docs/operators.md lists every operator as the table has it', () => {
  const page = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
  const listed = page.split('\n').filter((line) => line.startsWith('| `'));
  const wanted = (Object.keys(OPERATORS) as Operator[]).map((op) => {
    const { gradient } = OPERATORS[op];
    const differentiable = typeof gradient === 'function' ? 'yes' : `no: ${gradient.notDifferentiable}`;
    return `| \`${op}\` | ${SAME_SINCE[op]} | ${differentiable} |`;
  });
  expect(listed).toEqual(wanted);
});
