import { describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../ops/builder.js';
import { planOf } from './plan.js';

function twoOutputs() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', [2]);
  const square = builder.emit('Mul-14', ['x', 'x']);
  const root = builder.emit('Sqrt-13', [square]);
  const power = builder.emit('Exp-13', ['x']);
  return {
    graph: builder.build('two', { y: builder.emit('Add-14', [root, square]), z: power }),
    square,
    root,
    power,
  };
}

describe('the plan of a run', () => {
  it('holds the nodes an output needs, in order, and frees each value after its last use', () => {
    const { graph, square, root } = twoOutputs();
    const plan = planOf(graph, ['y']);
    expect(plan.map(({ node, dead }) => [node.op, [...dead].sort()])).toEqual([
      ['Mul-14', ['x']],
      ['Sqrt-13', []],
      ['Add-14', [root, square].sort()],
      ...plan.slice(3).map(() => expect.anything()),
    ]);
  });

  it('keeps what is asked for', () => {
    const { graph } = twoOutputs();
    const dead = planOf(graph, ['y', 'z']).flatMap((step) => step.dead);
    expect(dead).not.toContain('y');
    expect(dead).not.toContain('z');
    expect(new Set(dead).size).toBe(dead.length);
  });

  it('refuses an output that is not there', () => {
    expect(() => planOf(twoOutputs().graph, ['w'])).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
  });
});
