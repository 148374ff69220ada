// Writes a LoRA adapter and its merged weights for bench/peftAdapter.py to check against PEFT:
// npm run build && node bench/peftAdapter.mjs BASE_FOLDER OUTPUT_FOLDER PEFT_TASK in-out|out-in TARGET[,TARGET...] [SAVED]
// BASE_FOLDER holds config.json and model.safetensors; in-out is for GPT-2's weights. The factors are drawn.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  createLora,
  mergeLora,
  Random,
  readPeftAdapter,
  readSafetensors,
  writePeftAdapter,
  writeSafetensors,
} from '../dist/nn/index.js';

const [base, output, task, layout, targets, saved] = process.argv.slice(2);
const weights = readSafetensors(readFileSync(join(base, 'model.safetensors')));
const adapter = createLora(
  weights,
  {
    rank: 4,
    alpha: 6,
    targetModules: targets.split(','),
    modulesToSave: saved === undefined ? [] : saved.split(','),
    fanInFanOut: layout === 'in-out',
  },
  1,
);
const random = new Random(2);
for (const { data } of adapter.parameters.values()) {
  for (let at = 0; at < data.length; at += 1) data[at] += 0.1 * random.normal();
}
const files = writePeftAdapter(adapter, { baseModel: resolve(base), task: task === 'none' ? null : task });
const write = (folder, name, content) => {
  mkdirSync(join(output, folder), { recursive: true });
  writeFileSync(join(output, folder, name), content);
};
write('adapter', 'adapter_config.json', files.configJson);
write('adapter', 'adapter_model.safetensors', files.weights);
const merged = mergeLora(weights, readPeftAdapter(files));
write('merged', 'model.safetensors', writeSafetensors(merged, { format: 'pt' }));
for (const name of readdirSync(base).filter((file) => file.endsWith('config.json'))) {
  copyFileSync(join(base, name), join(output, 'merged', name));
}
