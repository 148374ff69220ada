import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { largest, relativeError } from '../models/verification/relativeError.js';
import type { Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { computeStep, goldenStep } from './testing/goldenStep.js';

/** Half the distance between neighbours, relative to them. */
const ROUNDOFF = { float16: 2 ** -11, bfloat16: 2 ** -8 } as const;
/** Gradients are normal numbers in float16 under it; as in makeAutocast.py. */
const LOSS_SCALE = { float16: 1024, bfloat16: 1 } as const;
/** A tensor whose float32 gradient is below this everywhere is rounding noise. */
const NOISE = 1e-6;
const HALVES = ['float16', 'bfloat16'] as const;

const families = readdirSync(new URL('../goldens/', import.meta.url)).filter((name) =>
  /^(bert|roberta|gpt2|llama|t5)-/.test(name),
);
const emulated = (name: string, half: (typeof HALVES)[number]) =>
  computeStep(goldenStep(name), {
    precision: { half, products: 'emulated' },
    lossScale: LOSS_SCALE[half],
  });

/** Errors of the gradients of a golden that are not noise, ascending. */
const errorsOf = (
  name: string,
  found: ReadonlyMap<string, Tensor>,
  wanted: (parameter: string) => Tensor,
): number[] => {
  const judged = [...goldenStep(name).gradients].filter(([, exact]) => largest(exact) >= NOISE);
  return judged
    .map(([parameter]) => relativeError(found.get(parameter)!, wanted(parameter)))
    .sort((left, right) => left - right);
};
const median = (ascending: readonly number[]) => ascending[ascending.length >> 1]!;

describe.each(HALVES)('a step with products in %s', (half) => {
  const roundoff = ROUNDOFF[half];

  it.each(families)('is near the float32 step of %s', async (name) => {
    const { loss, gradients } = await emulated(name, half);
    const exact = goldenStep(name);
    expect(Math.abs(loss - exact.loss)).toBeLessThanOrEqual(roundoff * exact.loss);
    const errors = errorsOf(name, gradients, (parameter) => exact.gradients.get(parameter)!);
    expect(median(errors)).toBeLessThanOrEqual(32 * roundoff);
    // Nothing but the precision changed, so there must be a difference.
    expect(median(errors)).toBeGreaterThan(roundoff / 4);
  });

  const reference = (form: string) =>
    readSafetensors(readFileSync(new URL(`goldens/${form}-${half}.safetensors`, import.meta.url)));
  const rounded = reference('rounded');
  const autocast = reference('autocast');
  const names = [...new Set([...rounded.keys()].map((key) => key.slice(0, key.indexOf('/'))))];

  it.each(names)("is PyTorch's step of %s with each product's operands and result rounded", async (name) => {
    const { loss, gradients } = await emulated(name, half);
    expect(relativeError(scalar(loss), rounded.get(`${name}/loss`)!)).toBeLessThanOrEqual(1e-6);
    const errors = errorsOf(name, gradients, (parameter) => rounded.get(`${name}/grad/${parameter}`)!);
    // A sum in another order may fall on the other side of a tie.
    expect(errors.at(-1)).toBeLessThanOrEqual(4 * roundoff);
    const exact = goldenStep(name).gradients;
    const distance = median(errorsOf(name, gradients, (parameter) => exact.get(parameter)!));
    expect(median(errors)).toBeLessThanOrEqual(distance / 4);
  });

  it.each(names)("is near PyTorch's autocast of %s", async (name) => {
    const { loss, gradients } = await emulated(name, half);
    expect(relativeError(scalar(loss), autocast.get(`${name}/loss`)!)).toBeLessThanOrEqual(roundoff / 2);
    const errors = errorsOf(name, gradients, (parameter) => autocast.get(`${name}/grad/${parameter}`)!);
    expect(errors.at(-1)).toBeLessThanOrEqual(16 * roundoff);
  });

  it('gives the same through the interpreter as through ONNX Runtime', async () => {
    const name = 'bert-sequence-classification';
    const onnxRuntime = await emulated(name, half);
    const interpreter = await computeStep(goldenStep(name), {
      precision: { half, products: 'emulated' },
      lossScale: LOSS_SCALE[half],
      provider: 'tfjs-wasm',
    });
    expect(relativeError(scalar(interpreter.loss), scalar(onnxRuntime.loss))).toBeLessThanOrEqual(1e-6);
    const errors = errorsOf(
      name,
      interpreter.gradients,
      (parameter) => onnxRuntime.gradients.get(parameter)!,
    );
    expect(errors.at(-1)).toBeLessThanOrEqual(4 * roundoff);
  });
});

const scalar = (value: number): Tensor => ({ dtype: 'float32', dims: [], data: Float32Array.of(value) });
