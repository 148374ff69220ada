import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createRunner } from '../exec/createRunner.js';
import type { Runner } from '../exec/runner.js';
import { encodeModel } from '../graph/encode.js';
import type { ValueInfo } from '../graph/ir.js';
import { GraphBuilder } from '../ops/builder.js';
import { elementCount, float32Tensor, int64Tensor } from '../tensor.js';
import { stackBatches } from './stackBatches.js';
import { declareStacks, takeStep } from './stacks.js';

const inputs: readonly ValueInfo[] = [
  { name: 'ids', dtype: 'int64', shape: ['batch', 'sequence'] },
  { name: 'block', dtype: 'float32', shape: ['2*batch', 3, 'sequence'] },
  { name: 'labels', dtype: 'int64', shape: ['batch'] },
  { name: 'one', dtype: 'float32', shape: [] },
];

/** Gives the inputs of one step back. */
async function taking(): Promise<Runner> {
  const builder = new GraphBuilder();
  declareStacks(builder, inputs);
  const taken = takeStep(builder, inputs, builder.input('number', 'int64', []));
  const outputs = [...taken].map(([name, value]) => [`taken/${name}`, value]);
  const graph = builder.build('taking', Object.fromEntries(outputs) as Record<string, string>);
  return createRunner(encodeModel(graph), { threads: 1 });
}

const lengths = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  sequence: fc.integer({ min: 1, max: 5 }),
});
const steps = fc.array(lengths, { minLength: 1, maxLength: 5 });

it('each step of a stack is what it was stacked from', async () => {
  const runner = await taking();
  const fetches = Object.fromEntries(inputs.map(({ name }) => [`taken/${name}`, null]));
  const filled = (dims: readonly number[], from: number) =>
    float32Tensor(
      dims,
      Float32Array.from({ length: elementCount(dims) }, (_, at) => from + at),
    );
  const whole = (dims: readonly number[], from: number) =>
    int64Tensor(
      dims,
      BigInt64Array.from({ length: elementCount(dims) }, (_, at) => BigInt(from + at)),
    );
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const batches = drawn.map(({ batch, sequence }, step) => ({
        ids: whole([batch, sequence], 100 * step),
        block: filled([2 * batch, 3, sequence], 1000 * step),
        labels: whole([batch], 10 * step),
        one: filled([], step),
      }));
      const stacked = stackBatches(inputs, batches);
      for (const [step, batch] of batches.entries()) {
        const number = int64Tensor([], BigInt64Array.of(BigInt(step)));
        const found = await runner.run({ ...stacked, number }, fetches);
        for (const { name, dtype } of inputs) {
          const { dims, data } = batch[name as keyof typeof batch];
          expect(found[`taken/${name}`]).toMatchObject({ dtype, dims: [...dims] });
          expect(found[`taken/${name}`]!.data).toEqual(data);
        }
      }
    }),
    { numRuns: 60 },
  );
  await runner.dispose();
});

it('refuses steps that lack an input, and inputs that disagree on a length', () => {
  const step = { ids: int64Tensor([2, 3]), block: float32Tensor([4, 3, 3]), labels: int64Tensor([2]) };
  const one = float32Tensor([]);
  const wrong = [
    step,
    { ...step, one, labels: int64Tensor([3]) },
    { ...step, one, block: float32Tensor([3, 3, 3]) },
    { ...step, one, ids: float32Tensor([2, 3]) },
    { ...step, one, labels: int64Tensor([2, 1]) },
  ];
  for (const feeds of wrong) {
    expect(() => stackBatches(inputs, [feeds])).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
  }
});
