import { expect, it } from '@jest/globals';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Tensor } from '../tensor.js';
import { createRunner } from './createRunner.js';
import { releaseMemory } from './releaseMemory.js';

const MEGABYTES = 2 ** 20;
const held = () => process.memoryUsage().arrayBuffers / MEGABYTES;

it('frees arrays at once, also those that share a buffer', () => {
  const before = held();
  const buffer = new ArrayBuffer(64 * MEGABYTES);
  const views = [new Float32Array(buffer, 0, 8), new Uint8Array(buffer), new Float32Array(4)];
  expect(held() - before).toBeGreaterThan(63);
  releaseMemory(views);
  expect(held() - before).toBeLessThan(1);
  expect(views.map(({ length }) => length)).toEqual([0, 0, 0]);
});

it('keeps no copy of what a run wrote in place', async () => {
  const builder = new GraphBuilder();
  builder.input('x', 'float32', ['rows', 1024]);
  const model = encodeModel(builder.build('negative', { y: builder.emit('Neg-13', ['x']) }));
  const runner = await createRunner(model, { threads: 1 });
  const [x, y] = [float32Tensor([4096, 1024]), float32Tensor([4096, 1024])];
  x.data.fill(2 as never);
  const before = held();
  for (let round = 0; round < 3; round += 1) await runner.run({ x }, { y });
  expect(held() - before).toBeLessThan(1);
  expect(y.data.every((value) => value === -2)).toBe(true);
  await runner.dispose();
});
