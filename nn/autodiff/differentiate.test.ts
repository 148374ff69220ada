import { describe, expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Tensor, int64Tensor } from '../tensor.js';
import { differentiate } from './differentiate.js';

const sum = (builder: GraphBuilder, value: string) =>
  builder.emit('ReduceSum-13', [value], { keepdims: int(0) });

describe('differentiation', () => {
  it('adds up the gradients of every use of a value, also twice by one node', async () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', [2]);
    const square = builder.emit('Mul-14', ['x', 'x']);
    const loss = sum(builder, builder.emit('Add-14', [square, 'x']));
    const dx = differentiate(builder, loss, ['x']).get('x')!;
    const runner = await createRunner(encodeModel(builder.build('g', { dx })), { threads: 1 });
    const results = await runner.run({ x: float32Tensor([2], Float32Array.of(3, -4)) }, { dx: null });
    expect([...results['dx']!.data]).toEqual([7, -7]);
    await runner.dispose();
  });

  it('sums over open axes whose length is known at run time only', async () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['batch', 'sequence', 2]);
    builder.input('b', 'float32', [2]);
    const loss = sum(builder, builder.emit('Add-14', ['x', 'b']));
    const db = differentiate(builder, loss, ['b']).get('b')!;
    const runner = await createRunner(encodeModel(builder.build('g', { db })), { threads: 1 });
    const results = await runner.run({ x: float32Tensor([3, 5, 2]), b: float32Tensor([2]) }, { db: null });
    expect([...results['db']!.data]).toEqual([15, 15]);
    await runner.dispose();
  });

  it('makes no node for frozen values or what lies below them', () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['rows', 4]);
    for (const name of ['w1', 'w2']) builder.input(name, 'float32', [4, 4]);
    const hidden = builder.emit('Tanh-13', [builder.emit('MatMul-13', ['x', 'w1'])]);
    const loss = sum(builder, builder.emit('MatMul-13', [hidden, 'w2']));
    const dw2 = differentiate(builder, loss, ['w2']).get('w2')!;
    const backward = builder.build('g', { dw2 }).nodes.map(({ op }) => op);
    expect(backward.filter((op) => op === 'com.microsoft.FusedMatMul-1')).toHaveLength(1);
    expect(builder.nodes.filter(({ op }) => op === 'Sub-14')).toHaveLength(0);
  });

  it('refuses a loss that is no scalar, one that ignores a value, and a way through a discrete operator', () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', [2]);
    builder.input('unused', 'float32', [2]);
    const counted = builder.emit('Cast-19', [builder.emit('Equal-19', ['x', 'x'])], { to: int(1) });
    const loss = sum(builder, 'x');
    expect(() => differentiate(builder, 'x', ['x'])).toThrow(/scalar/);
    expect(() => differentiate(builder, loss, ['unused'])).toThrow(/does not depend on 'unused'/);
    expect(() => differentiate(builder, sum(builder, counted), ['x'])).toThrow(/no gradient through Cast-19/);
  });

  it('names every operator on the way that has no gradient', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [3]);
    const whole = builder.emit('Cast-19', [builder.emit('Cast-19', [x], { to: int(7) })], { to: int(1) });
    const first = builder.constant(int64Tensor([1, 1]));
    const scattered = builder.emit('ScatterND-18', [x, first, builder.constant(float32Tensor([1]))]);
    const loss = sum(builder, builder.emit('Mul-14', [whole, scattered]));
    expect(() => differentiate(builder, loss, [x])).toThrow(
      expect.objectContaining({
        code: 'OPERATOR_UNSUPPORTED',
        details: { operators: ['Cast-19', 'ScatterND-18'] },
      }),
    );
  });
});
