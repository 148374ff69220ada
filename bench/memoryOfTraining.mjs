// Peak memory of one real training run, in a process of its own: node bench/memoryOfTraining.mjs CELL_JSON
// Used by bench/memoryEstimate.mjs, bench/memoryVersusPytorch.mjs and the test of the estimate. CELL_JSON names a
// configuration, a task, what of the recipe is not usual, and a folder of weights where they must not be made up. Prints what the process took above what it had before the model was read, in bytes.
// Needs `npm run build` and Linux's /proc.
import { readFileSync, rmSync } from 'node:fs';
import { startTraining, writeSafetensors } from '../dist/nn/index.js';
import { blankModel } from '../dist/nn/plan/blankModel.js';

const {
  configJson,
  task,
  labels = [],
  lengths,
  recipe,
  threads = 2,
  stepsPerRun,
  weightsPath,
} = JSON.parse(process.argv[2]);

const statusBytes = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

/** A file of weights that are small numbers, so that no loss overflows. */
const weightsFile = () => {
  const { parameters } = blankModel({ configJson, task, labels });
  const file = writeSafetensors(parameters);
  const headerBytes = Number(new DataView(file.buffer).getBigUint64(0, true)) + 8;
  const values = new Float32Array(file.buffer, headerBytes);
  for (let at = 0; at < values.length; at += 1) values[at] = (((at * 7919) % 1000) / 1000 - 0.5) * 0.04;
  return file;
};

const example = (length, index) => {
  const ids = Int32Array.from({ length }, (_, at) => 5 + ((index * 31 + at * 7919) % 900));
  const target = { 'sequence-classification': Int32Array.of(index % 2), 'seq2seq-lm': ids }[task];
  return { ids, target: target ?? new Int32Array() };
};
const examples = (count) =>
  Array.from({ length: count }, (_, index) => example(lengths[index % lengths.length], index));

const before = statusBytes('VmRSS');
const run = startTraining({
  configJson,
  weights: weightsPath ?? weightsFile(),
  task,
  labels,
  train: examples(4 * recipe.batchSize),
  validation: examples(32),
  recipe: {
    epochs: 1,
    learningRate: 1e-5,
    weightDecay: 0.01,
    warmupRatio: 0,
    maxGradNorm: 1,
    freeze: 'none',
    evaluationsPerEpoch: 2,
    earlyStopping: null,
    seed: 1,
    ...recipe,
  },
  threads,
  ...(stepsPerRun && { stepsPerRun }),
  onProgress: ({ step }) => {
    if (step === 2) void run.checkpoint().then(({ path }) => rmSync(path));
  },
});
await run.result;
process.stdout.write(String(statusBytes('VmHWM') - before));
