import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeModel } from '../graph/encode.js';
import { writeModelFile } from '../graph/modelFile.js';
import { GraphBuilder } from '../ops/builder.js';
import { createMemory } from '../optim/webAssembly.js';
import { float32Tensor, int64Tensor } from '../tensor.js';
import { createGraphRunners } from './createGraphRunners.js';
import { createRunner } from './createRunner.js';
import type { Runner } from './runner.js';

function doubling() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['rows', 2]);
  return encodeModel(builder.build('doubling', { y: builder.emit('Add-14', ['x', 'x']) }));
}

/** x [rows, 400] plus 0, 1, 2, …, which is large enough to lie outside the model's file. */
function adding() {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['rows', 400]);
  builder.initializer(
    'w',
    float32Tensor(
      [400],
      Float32Array.from({ length: 400 }, (_, at) => at),
    ),
  );
  return builder.build('adding', { y: builder.emit('Add-14', ['x', 'w']) });
}

const PROVIDERS = ['cpu', 'tfjs-cpu', 'tfjs-wasm'] as const;
const x = float32Tensor([2, 2], Float32Array.of(1, 2, 3, 4));

describe.each(PROVIDERS)('a runner on %s', (provider) => {
  let runner: Runner;

  beforeAll(async () => {
    runner = await createRunner(doubling(), { threads: 1, providers: [provider] });
  });
  afterAll(() => runner.dispose());

  it('writes a preallocated output in place', async () => {
    const y = float32Tensor([2, 2]);
    const results = await runner.run({ x }, { y });
    expect([...y.data]).toEqual([2, 4, 6, 8]);
    expect(results['y']).toBe(y);
  });

  it('reads inputs and writes outputs that are views on one WebAssembly memory', async () => {
    const { buffer } = createMemory(1024);
    new Float32Array(buffer, 256, 2).set([5, 7]);
    const input = float32Tensor([1, 2], new Float32Array(buffer, 256, 2));
    const output = float32Tensor([1, 2], new Float32Array(buffer, 512, 2));
    await runner.run({ x: input }, { y: output });
    expect([...new Float32Array(buffer, 512, 2)]).toEqual([10, 14]);
  });

  it('allocates an output asked for by null, with the shape of this run', async () => {
    const { y } = await runner.run({ x }, { y: null });
    expect(y).toMatchObject({ dtype: 'float32', dims: [2, 2] });
  });

  it('names the provider that runs the model', () => {
    expect(runner.provider).toBe(provider);
  });

  it('loads a model with its weights beside it, by its path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-runner-'));
    try {
      const path = join(folder, 'model.onnx');
      writeModelFile(path, adding());
      expect(readdirSync(folder)).toEqual(['model.onnx', 'model.onnx_data']);
      const byPath = await createRunner(path, { threads: 1, providers: [provider] });
      const input = float32Tensor([1, 400], new Float32Array(400).fill(1));
      const { y } = await byPath.run({ x: input }, { y: null });
      expect([...y!.data].slice(0, 3)).toEqual([1, 2, 3]);
      await byPath.dispose();
      rmSync(`${path}_data`);
      await expect(createRunner(path, { threads: 1, providers: [provider] })).rejects.toMatchObject({
        code: 'WEIGHTS_CORRUPT',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('computes the same with the weights of graphs handed over by files, which do not stay', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('plumbline-graphs-'));
    const input = float32Tensor([1, 400], new Float32Array(400).fill(0.5));
    const results = [];
    for (const embeddedBytesMax of [100, 2000]) {
      const options = { threads: 1, providers: [provider], embeddedBytesMax };
      const runners = await createGraphRunners([adding(), adding()], options);
      for (const each of runners) results.push([...(await each.run({ x: input }, { y: null }))['y']!.data]);
      for (const each of runners) await each.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('plumbline-graphs-'))).toEqual(before);
  });

  it.each([
    ['another shape', { x: float32Tensor([4], new Float32Array(4)) }],
    ['another element type', { x: int64Tensor([2, 2]) }],
    ['fewer values than its shape takes', { x: { ...x, data: new Float32Array(3) } }],
    ['nothing', {}],
  ])('refuses %s as input', async (_, feeds) => {
    await expect(runner.run(feeds, { y: null })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });

  it.each([
    ['a preallocated output of another shape', { y: float32Tensor([3, 2]) }],
    ['a preallocated output of another element type', { y: int64Tensor([2, 2]) }],
    ['an output it does not have', { unknown: null }],
  ])('refuses %s', async (_, fetches) => {
    await expect(runner.run({ x }, fetches)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });

  it('refuses bytes that are no model', async () => {
    await expect(
      createRunner(new Uint8Array(100), { threads: 1, providers: [provider] }),
    ).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });
});

describe('choosing a provider', () => {
  it('does not fall back in silence: a provider that is not there is an error', async () => {
    await expect(createRunner(doubling(), { threads: 1, providers: ['cuda'] })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/cuda: .* it needs an NVIDIA driver/),
    });
  });

  it('tells a provider that is not there from a model that none can load', async () => {
    const wanted = createRunner(new Uint8Array(100), { threads: 1, providers: ['cuda', 'cpu'] });
    await expect(wanted).rejects.toMatchObject({ code: 'GRAPH_INVALID' });
  });

  it('uses the next provider where the first is not there, and says so', async () => {
    const second = await createRunner(doubling(), { threads: 1, providers: ['cuda', 'cpu'] });
    expect(second.provider).toBe('cpu');
    await second.dispose();
  });

  it('says what to install where TensorFlow is not', async () => {
    const wanted = createRunner(doubling(), { threads: 1, providers: ['tfjs-node-gpu'] });
    await expect(wanted).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('npm install @tensorflow/tfjs-node-gpu'),
    });
  });
});
