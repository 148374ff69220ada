import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { encodeModel } from '../../graph/encode.js';
import { GraphBuilder } from '../../ops/builder.js';
import { float32Data, float32Tensor, int64Tensor } from '../../tensor.js';

const printed = [
  jest.spyOn(process.stdout, 'write'),
  ...(['log', 'info', 'warn', 'error'] as const).map((level) => jest.spyOn(console, level)),
];
const listenersBefore = process.listenerCount('uncaughtException');

const { createRunner } = await import('../createRunner.js');
const { loadBackend } = await import('./backend.js');

const x = float32Tensor([2, 2], Float32Array.of(1, 2, 3, 4));

/** w x + x, seen also as a column, and the input itself. */
function model() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['rows', 2]);
  const w = builder.initializer('w', float32Tensor([2, 2], Float32Array.of(1, 1, 0, 1)));
  const sum = builder.emit('Add-14', [builder.emit('MatMul-13', ['x', w]), 'x']);
  const column = builder.emit('Reshape-19', [sum, builder.indices([-1, 1])]);
  const same = builder.emit('Identity-16', ['x']);
  return encodeModel(builder.build('model', { sum, column, same }));
}

const open = (provider: 'tfjs-cpu' | 'tfjs-wasm') =>
  createRunner(model(), { threads: 1, providers: [provider] });

describe.each(['tfjs-cpu', 'tfjs-wasm'] as const)('the interpreter on %s', (provider) => {
  beforeAll(() => loadBackend(provider));

  it('keeps nothing of a run, and nothing at all once disposed of', async () => {
    const before = tf.memory().numTensors;
    const runner = await open(provider);
    const loaded = tf.memory().numTensors;
    expect(loaded).toBeGreaterThan(before);
    await runner.run({ x }, { sum: null, column: null, same: null });
    expect(tf.memory().numTensors).toBe(loaded);
    await runner.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps nothing of a run that failed', async () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['rows', 2]);
    builder.input('at', 'int64', [1]);
    const sum = builder.emit('Add-14', ['x', 'x']);
    const bytes = encodeModel(builder.build('gather', { y: builder.emit('Gather-13', [sum, 'at']) }));
    const runner = await createRunner(bytes, { threads: 1, providers: [provider] });
    const before = tf.memory().numTensors;
    const feeds = { x, at: int64Tensor([1], BigInt64Array.of(2n)) };
    await expect(runner.run(feeds, { y: null })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
    expect(tf.memory().numTensors).toBe(before);
    await runner.dispose();
  });

  it('frees each value after its last use', async () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['rows', 2]);
    let value = 'x';
    for (let link = 0; link < 50; link += 1) value = builder.emit('Tanh-13', [value]);
    const bytes = encodeModel(builder.build('chain', { y: value }));
    const runner = await createRunner(bytes, { threads: 1, providers: [provider] });
    const engine = tf.engine();
    const most: number[] = [];
    const spy = jest.spyOn(engine, 'keep').mockImplementation((tensor) => {
      most.push(tf.memory().numTensors);
      return Object.assign(tensor, { kept: true });
    });
    const before = tf.memory().numTensors;
    await runner.run({ x }, { y: null });
    spy.mockRestore();
    expect(most).toHaveLength(50);
    expect(Math.max(...most) - before).toBeLessThanOrEqual(2);
    await runner.dispose();
  });

  it('gives memory of its own, whatever becomes of the inputs', async () => {
    const runner = await open(provider);
    const input = float32Tensor([1, 2], Float32Array.of(5, 7));
    const { same } = await runner.run({ x: input }, { same: null });
    input.data.fill(0 as never);
    expect([...float32Data(same!)]).toEqual([5, 7]);
    await runner.dispose();
  });

  it('reads every feed before it writes a place that shares its memory', async () => {
    const runner = await open(provider);
    const shared = float32Tensor([1, 2], Float32Array.of(5, 7));
    const { same } = await runner.run({ x: shared }, { sum: shared, same: null });
    expect([...float32Data(same!)]).toEqual([5, 7]);
    expect([...float32Data(shared)]).toEqual([10, 19]);
    await runner.dispose();
  });

  it('computes no more than the outputs asked for need', async () => {
    const runner = await open(provider);
    const multiply = jest.spyOn(tf.engine(), 'runKernel');
    await runner.run({ x }, { same: null });
    expect(multiply.mock.calls.map(([kernel]) => kernel)).not.toContain('BatchMatMul');
    multiply.mockRestore();
    await runner.dispose();
  });
});

it('runs on several backends by turns, each on its own', async () => {
  const runners = await Promise.all([open('tfjs-wasm'), open('tfjs-cpu'), open('tfjs-wasm')]);
  const engine = tf.engine();
  const backends: string[] = [];
  const runKernel = engine.runKernel.bind(engine);
  const spy = jest.spyOn(engine, 'runKernel').mockImplementation((...call) => {
    backends.push(tf.getBackend());
    return runKernel(...call);
  });
  const results = await Promise.all(runners.map((runner) => runner.run({ x }, { sum: null })));
  spy.mockRestore();
  for (const { sum } of results) expect([...float32Data(sum!)]).toEqual([2, 5, 6, 11]);
  const turns = backends.filter((name, at) => name !== backends[at - 1]);
  expect(turns).toEqual(['wasm', 'cpu', 'wasm']);
  await Promise.all(runners.map((runner) => runner.dispose()));
});

it('prints nothing and leaves alone what the process does about errors', () => {
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(process.listenerCount('uncaughtException')).toBe(listenersBefore);
});
