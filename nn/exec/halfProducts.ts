import { NnError } from '../errors.js';
import { float, int, ints } from '../graph/attributes.js';
import { encodeModel } from '../graph/encode.js';
import { GraphBuilder } from '../ops/builder.js';
import { type HalfProducts, mixedPrecision } from '../rewrite/mixedPrecision.js';
import { float32Data, float32Tensor, type HalfDType } from '../tensor.js';
import { createRunner } from './createRunner.js';
import type { Provider } from './runner.js';

export interface HalfProvider {
  readonly provider: Provider;
  readonly half: HalfDType;
  readonly products: HalfProducts;
}

/** Providers of host memory, where nothing but the numbers of half precision can be had: rounded float32. */
const EMULATING: ReadonlySet<Provider> = new Set<Provider>(['cpu', 'tfjs-cpu', 'tfjs-wasm', 'tfjs-node']);

/**
 * The first of `providers` that computes products of `half`, and how. It is found out by a trial, because ONNX Runtime
 * runs a float16 model on a CPU in float32 without saying so. Throws OPERATOR_UNSUPPORTED where none does.
 */
export async function chooseHalfProvider(
  half: HalfDType,
  providers: readonly Provider[],
): Promise<HalfProvider> {
  const refusals: string[] = [];
  for (const provider of providers) {
    const forms: HalfProducts[] = EMULATING.has(provider) ? ['native', 'emulated'] : ['native'];
    for (const products of forms) {
      const refusal = await refusalOf(provider, half, products);
      if (refusal === null) return { provider, half, products };
      refusals.push(`${provider}, ${products}: ${refusal}`);
    }
  }
  throw new NnError(
    'OPERATOR_UNSUPPORTED',
    `no provider computes in ${half} (${refusals.join('; ')}); take the precision float32, or the provider cpu, which emulates ${half}`,
    { details: { precision: half, providers } },
  );
}

/** Why a provider does not compute products of `half` in that form; null where it does. */
async function refusalOf(
  provider: Provider,
  half: HalfDType,
  products: HalfProducts,
): Promise<string | null> {
  try {
    const { model, expected } = trial(half, products);
    const runner = await createRunner(model, { threads: 1, providers: [provider] });
    try {
      // Half way between 1 and its upper neighbour in float16, and nearer to 1 in bfloat16: rounded, all are ones.
      const x = float32Tensor([2, 2], new Float32Array(4).fill(1 + 2 ** -11));
      const fetches = Object.fromEntries(Object.keys(expected).map((name) => [name, null]));
      const found = await runner.run({ x }, fetches);
      const wrong = Object.entries(expected).filter(([name, value]) =>
        float32Data(found[name]!).some((element) => element !== value),
      );
      return wrong.length === 0
        ? null
        : `does not round the operands of ${wrong.map(([name]) => name).join(', ')}`;
    } finally {
      await runner.dispose();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Every operator that a rewritten graph has in half precision, and the results of operands that round to 1. */
function trial(half: HalfDType, products: HalfProducts) {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', [2, 2]);
  const axis = builder.indices([0]);
  const stacked = builder.emit('Unsqueeze-13', [builder.emit('Identity-16', [x]), axis]);
  const moved = builder.emit('Transpose-13', [builder.emit('Squeeze-13', [stacked, axis])], {
    perm: ints([1, 0]),
  });
  const parts = builder.emitAll('Split-18', [moved], { axis: int(0), num_outputs: int(2) }, [true, true]);
  const joined = builder.emit('Concat-13', parts, { axis: int(0) });
  const cut = builder.emit('Slice-13', [joined, axis, builder.indices([1]), axis]);
  const grown = builder.emit('Expand-13', [cut, builder.indices([2, 2])]);
  const flat = builder.emit('Reshape-19', [builder.emit('Flatten-13', [grown]), builder.indices([2, 2])]);
  const results = {
    Gemm: { value: builder.emit('Gemm-13', [x, x, x], { transB: int(1) }), expected: 3 },
    MatMul: { value: builder.emit('MatMul-13', [flat, x]), expected: 2 },
    FusedMatMul: {
      value: builder.emit('com.microsoft.FusedMatMul-1', [x, x], { transA: int(1), alpha: float(0.5) }),
      expected: 1,
    },
  };
  const outputs = Object.fromEntries(Object.entries(results).map(([name, { value }]) => [name, value]));
  return {
    model: encodeModel(mixedPrecision(builder.build('trial', outputs), { half, products })),
    expected: Object.fromEntries(Object.entries(results).map(([name, { expected }]) => [name, expected])),
  };
}
