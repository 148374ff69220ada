// Builds a Hugging Face checkpoint of any family and writes it back as a folder for huggingfaceExport.py:
// npm run build && node bench/exportModel.mjs MODEL_FOLDER OUTPUT_FOLDER
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModel, exportOnnx, readSafetensors, taskOf, writeSafetensors } from '../dist/nn/index.js';

const [folder, output] = process.argv.slice(2);
const configJson = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const weights = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
const model = buildModel({ configJson, weights, task: taskOf(configJson), seed: 1 });
mkdirSync(output, { recursive: true });
copyFileSync(join(folder, 'config.json'), join(output, 'config.json'));
writeFileSync(join(output, 'model.safetensors'), writeSafetensors(model.parameters, { format: 'pt' }));
writeFileSync(join(output, 'model.onnx'), exportOnnx(model));
