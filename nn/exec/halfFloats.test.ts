import { describe, expect, it } from '@jest/globals';
import { int } from '../graph/attributes.js';
import { onnxDtype } from '../graph/dtypes.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { float32Tensor, type HalfDType, type Tensor } from '../tensor.js';
import { createRunner } from './createRunner.js';

const half = (dtype: HalfDType, ...words: number[]): Tensor => ({
  dtype,
  dims: [words.length],
  data: Uint16Array.from(words),
});
const valuesOf = ({ data }: Tensor) => Array.from(data, Number);

/** `wide` is the half input as float32, `narrow` the float32 input as halves. */
function casts(dtype: HalfDType): Uint8Array {
  const builder = new GraphBuilder();
  const x = builder.input('x', dtype, ['count']);
  const y = builder.input('y', 'float32', ['count']);
  const cast = (value: string, to: HalfDType | 'float32') =>
    builder.emit('Cast-19', [value], { to: int(onnxDtype(to)) });
  return encodeModel(builder.build('casts', { wide: cast(x, 'float32'), narrow: cast(y, dtype) }));
}

describe('half floats', () => {
  it.each(['cpu', 'tfjs-cpu', 'tfjs-wasm'] as const)(
    'go into and come out of %s as words',
    async (provider) => {
      const runner = await createRunner(casts('float16'), { threads: 1, providers: [provider] });
      const feeds = {
        x: half('float16', 0x3c00, 0xc000, 0x0001),
        y: float32Tensor([3], Float32Array.of(1 + 2 ** -11, -1e6, 3e-8)),
      };
      const { wide, narrow } = await runner.run(feeds, { wide: null, narrow: null });
      expect([wide!.dtype, valuesOf(wide!)]).toEqual(['float32', [1, -2, 2 ** -24]]);
      expect([narrow!.dtype, valuesOf(narrow!)]).toEqual(['float16', [0x3c00, 0xfc00, 0x0001]]);
      const place = half('float16', 0, 0, 0);
      await runner.run(feeds, { narrow: place });
      expect(valuesOf(place)).toEqual([0x3c00, 0xfc00, 0x0001]);
      await runner.dispose();
    },
  );

  it('of the type bfloat16 stay inside ONNX Runtime, and cross into the interpreter', async () => {
    const feeds = { x: half('bfloat16', 0x3f80, 0xc000), y: float32Tensor([2], Float32Array.of(1, -2)) };
    await expect(createRunner(casts('bfloat16'), { threads: 1 })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
    });
    const interpreter = await createRunner(casts('bfloat16'), { threads: 1, providers: ['tfjs-cpu'] });
    const { wide, narrow } = await interpreter.run(feeds, { wide: null, narrow: null });
    expect([valuesOf(wide!), valuesOf(narrow!)]).toEqual([
      [1, -2],
      [0x3f80, 0xc000],
    ]);
    await interpreter.dispose();
  });

  it('are refused by the interpreter where they would have to be computed with', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float16', ['count']);
    const model = encodeModel(builder.build('sum', { y: builder.emit('Add-14', [x, x]) }));
    await expect(createRunner(model, { threads: 1, providers: ['tfjs-cpu'] })).rejects.toThrow(
      /Add-14 of float16 cannot be interpreted: cast 'x' to float32/,
    );
  });
});
