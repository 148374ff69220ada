import { expect, it } from '@jest/globals';
import { chooseHalfProvider } from './halfProducts.js';

it.each(['float16', 'bfloat16'] as const)(
  'a CPU emulates %s, because it has no kernels or skips the rounding',
  async (half) => {
    for (const provider of ['cpu', 'tfjs-cpu', 'tfjs-wasm'] as const) {
      expect(await chooseHalfProvider(half, [provider])).toEqual({ provider, half, products: 'emulated' });
    }
  },
);

it('takes the first provider that is there, and refuses where none is, saying what to do', async () => {
  expect(await chooseHalfProvider('bfloat16', ['tensorrt', 'cpu'])).toEqual({
    provider: 'cpu',
    half: 'bfloat16',
    products: 'emulated',
  });
  await expect(chooseHalfProvider('float16', ['tensorrt'])).rejects.toThrow(
    expect.objectContaining({
      code: 'OPERATOR_UNSUPPORTED',
      message: expect.stringMatching(/tensorrt, native: .*float32, or the provider cpu/),
    }),
  );
});
