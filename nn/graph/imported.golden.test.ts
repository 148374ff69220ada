import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { differentiate } from '../autodiff/differentiate.js';
import { createRunner } from '../exec/createRunner.js';
import type { Provider } from '../exec/runner.js';
import { relativeError } from '../models/verification/relativeError.js';
import { GraphBuilder } from '../ops/builder.js';
import type { Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';
import { int } from './attributes.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';

/** Models that PyTorch exported, with its outputs and gradients; see make.py there. */
const folder = new URL('../goldens/imported-onnx/', import.meta.url);
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.onnx') ? [file.slice(0, -5)] : []));
const read = (file: string) => Uint8Array.from(readFileSync(new URL(file, folder)));

/** ONNX Runtime stays below 1e-5; tfjs' powers and logarithms do not. */
const TOLERANCE = 3e-5;
/** Gradients below this are rounding errors of a sum that is zero, such as that of a key's bias. */
const GRADIENT_MIN = 1e-6;

/** Tensors whose name starts with `prefix`, by the rest of it. */
const under = (tensors: ReadonlyMap<string, Tensor>, prefix: string) =>
  Object.fromEntries(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );

/** The output, and the gradients of the output's sum weighted by the input `test/weight`. */
function trained(model: Uint8Array, parameters: readonly string[]): Uint8Array {
  const builder = GraphBuilder.from(decodeModel(model).graph);
  const weight = builder.input('test/weight', 'float32', builder.type('output').shape);
  const weighted = builder.emit('Mul-14', ['output', weight]);
  const loss = builder.emit('ReduceSum-13', [weighted], { keepdims: int(0) });
  const gradients = differentiate(builder, loss, parameters);
  const outputs = parameters.map((name) => [`gradient/${name}`, gradients.get(name)!] as const);
  return encodeModel(builder.build('trained', { output: 'output', ...Object.fromEntries(outputs) }));
}

const providers: readonly Provider[] = ['cpu', 'tfjs-cpu'];

describe.each(names)('%s, exported by PyTorch', (name) => {
  it.each(providers)(
    'is imported and trained with the same outputs and gradients on %s',
    async (provider) => {
      const tensors = readSafetensors(read(`${name}.safetensors`));
      const wanted = under(tensors, 'gradient/');
      const model = trained(read(`${name}.onnx`), Object.keys(wanted));
      const runner = await createRunner(model, { threads: 1, providers: [provider] });
      const fetches = Object.keys(wanted).map((parameter) => [`gradient/${parameter}`, null] as const);
      const feeds = { ...under(tensors, 'input/'), 'test/weight': tensors.get('weight')! };
      const found = await runner.run(feeds, {
        output: null,
        ...Object.fromEntries(fetches),
      });
      await runner.dispose();
      const significant = Object.entries(wanted).filter(([, { data }]) =>
        Array.from(data, Number).some((value) => Math.abs(value) > GRADIENT_MIN),
      );
      expect(significant.length).toBeGreaterThan(4);
      const errors = significant.map(([parameter, gradient]) => [
        parameter,
        relativeError(found[`gradient/${parameter}`]!, gradient),
      ]);
      errors.push(['output', relativeError(found['output']!, tensors.get('output')!)]);
      expect(errors.filter(([, error]) => Number(error) > TOLERANCE)).toEqual([]);
    },
  );
});
