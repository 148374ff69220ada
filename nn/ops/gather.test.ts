import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/onnxRuntime.js';
import { int } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { Random } from '../random.js';
import { float32Data, float32Tensor, int64Tensor } from '../tensor.js';
import { GraphBuilder } from './builder.js';

/** The gradient graph of a lookup in a table [rows, width] by ids [batch, sequence]. */
function lookup(rows: number, width: number) {
  const builder = new GraphBuilder();
  builder.input('table', 'float32', [rows, width]);
  builder.input('ids', 'int64', ['batch', 'sequence']);
  builder.input('weight', 'float32', ['batch', 'sequence', width]);
  const found = builder.emit('Gather-13', ['table', 'ids']);
  const loss = builder.emit('ReduceSum-13', [builder.emit('Mul-14', [found, 'weight'])], {
    keepdims: int(0),
  });
  return encodeModel(
    builder.build('lookup', { gradient: differentiate(builder, loss, ['table']).get('table')! }),
  );
}

describe('the gradient of Gather', () => {
  it('adds up every use of a row, and always the same way, on several threads', async () => {
    const [rows, width, batch, sequence] = [100, 64, 16, 256];
    const random = new Random(11);
    // Every second token is the same, as a frequent word or a padding is.
    const ids = BigInt64Array.from({ length: batch * sequence }, (_, at) =>
      BigInt(at % 2 === 0 ? 7 : random.below(rows)),
    );
    const weight = Float32Array.from({ length: ids.length * width }, () => random.normal());
    const sums = new Float64Array(rows * width);
    weight.forEach((value, at) => {
      sums[Number(ids[Math.floor(at / width)]) * width + (at % width)]! += value;
    });
    const feeds = {
      table: float32Tensor([rows, width]),
      ids: int64Tensor([batch, sequence], ids),
      weight: float32Tensor([batch, sequence, width], weight),
    };
    const runner = await createRunner(lookup(rows, width), { threads: 2 });
    const results: Float32Array[] = [];
    for (let run = 0; run < 4; run += 1) {
      results.push(float32Data((await runner.run(feeds, { gradient: null }))['gradient']!));
    }
    await runner.dispose();
    for (const result of results) expect(result).toEqual(results[0]);
    const worst = sums.reduce((most, sum, at) => Math.max(most, Math.abs(sum - results[0]![at]!)), 0);
    expect(worst).toBeLessThan(1e-3);
  });

  it('finds its way back to axes whose lengths are known at run time only', async () => {
    const builder = new GraphBuilder();
    builder.input('x', 'float32', ['batch', 4, 'width']);
    const ids = builder.constant(int64Tensor([2, 2], BigInt64Array.of(3n, 0n, 3n, 3n)));
    const found = builder.emit('Gather-13', ['x', ids], { axis: int(1) });
    const loss = builder.emit('ReduceSum-13', [found], { keepdims: int(0) });
    const dx = differentiate(builder, loss, ['x']).get('x')!;
    const runner = await createRunner(encodeModel(builder.build('lookup', { dx })), { threads: 1 });
    const results = await runner.run({ x: float32Tensor([2, 4, 1]) }, { dx: null });
    await runner.dispose();
    expect([...results['dx']!.data]).toEqual([1, 0, 0, 3, 1, 0, 0, 3]);
  });
});
