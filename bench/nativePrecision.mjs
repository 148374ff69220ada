// Writes training graphs with native half-precision products for bench/nativePrecision.py to run, because ONNX Runtime
// has no kernels for them on a CPU: npm run build && node bench/nativePrecision.mjs OUTPUT_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel, buildTrainingGraph, readSafetensors, taskOf } from '../dist/nn/index.js';

const [output] = process.argv.slice(2);
const goldens = new URL('../nn/goldens/', import.meta.url);
const names = [
  'bert-question-answering',
  'gpt2-untied-causal-lm',
  'llama-linear-untied-causal-lm',
  'roberta-masked-lm',
  't5-untied-seq2seq',
];
mkdirSync(output, { recursive: true });
for (const name of names) {
  const read = (file) => readFileSync(new URL(`${name}/${file}`, goldens));
  const configJson = JSON.parse(read('config.json').toString());
  const weights = readSafetensors(read('model.safetensors'));
  const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 0 });
  for (const half of ['float16', 'bfloat16']) {
    const precision = { half, products: 'native' };
    const built = buildTrainingGraph(model, { trainable: () => true, precision });
    writeFileSync(join(output, `${name}.${half}.onnx`), built.model);
  }
}
