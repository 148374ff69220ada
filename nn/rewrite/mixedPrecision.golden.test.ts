import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { createRunner } from '../exec/createRunner.js';
import { buildModel, taskOf } from '../models/buildModel.js';
import { buildTrainingGraph, type HalfPrecision } from '../models/training.js';
import { gradientName } from '../models/types.js';
import { largest, relativeError } from '../models/verification/relativeError.js';
import { float32Tensor } from '../tensor.js';
import { readSafetensors } from '../weights/index.js';

const goldens = new URL('../goldens/', import.meta.url);
const names = readdirSync(goldens).filter((name) => /^(bert|roberta|gpt2|llama|t5)-/.test(name));

it.each(names)('%s', async (name) => {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, goldens));
  const configJson = JSON.parse(read('config.json').toString());
  const model = buildModel({ configJson, weights: readSafetensors(read('model.safetensors')), task: taskOf(configJson), seed: 0 });
  const reference = readSafetensors(read('case.safetensors'));
  const wanted = readSafetensors(read('gradients.safetensors'));
  const expected = JSON.parse(read('expected.json').toString());
  for (const half of ['float16', 'bfloat16'] as const) for (const provider of ['cpu'] as const) {
    const t = performance.now();
    const scale = half === 'float16' ? 1024 : 1;
    const { model: bytes, trainable, inputs } = buildTrainingGraph(model, { trainable: () => true, precision: { half, products: 'emulated' } });
    const native = buildTrainingGraph(model, { trainable: () => true, precision: { half, products: 'native' } });
    const runner = await createRunner(bytes, { threads: 1, providers: [provider] });
    const feeds = {
      ...Object.fromEntries(inputs.map((input) => [input, reference.get(input) ?? float32Tensor([], Float32Array.of(scale))])),
      ...Object.fromEntries(model.parameters),
    };
    const found = await runner.run(feeds, Object.fromEntries(['loss', ...trainable.map(gradientName)].map((n) => [n, null])));
    await runner.dispose();
    const errs = trainable.filter((n) => largest(wanted.get(n)!) >= 1e-6).map((n) => {
      const g = found[gradientName(n)]!;
      const u = float32Tensor(g.dims, (g.data as Float32Array).map((v) => v / scale));
      return [n, relativeError(u, wanted.get(n)!)] as const;
    }).sort((a, b) => b[1] - a[1]);
    process.stdout.write(`${name} ${half} ${provider} loss ${(found['loss']!.data[0] as number)} vs ${expected.loss} worst ${errs.slice(0, 2).join(' ')} median ${errs[errs.length >> 1]![1].toExponential(2)} ms ${(performance.now() - t).toFixed(0)}\n`);
  }
  expect(1).toBe(1);
});
