// Peak memory of training beside PyTorch eager's, above what each process had after its imports:
// npm run build && PYTHON=python3 node bench/memoryVersusPytorch.mjs MODEL [batch] [sequence] [threads]
// MODEL as for trainStepVersusPytorch.mjs. Ours is a real run (batches, evaluation, a checkpoint, its thread), PyTorch's five
// steps on one batch. Each has a process of its own. Needs Linux's /proc. Prints, never judges.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../dist/nn/index.js';

const [subject, batch = '16', sequence = '128', threads = '2'] = process.argv.slice(2);
const dims = [Number(batch), Number(sequence)];
const python = process.env.PYTHON ?? 'python3';
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const isFolder = existsSync(join(subject, 'config.json'));
const folder = isFolder ? subject : join(scratch, 'model');

const run = (command, args, input) => {
  const { stdout, status } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error' },
  });
  if (status !== 0) throw new Error(`${args[0]} ended with status ${status}`);
  return stdout.trim().split('\n').at(-1);
};

const TASKS = {
  bert: { task: 'sequence-classification', peer: 'BertForSequenceClassification' },
  t5: { task: 'seq2seq-lm', peer: 'T5ForConditionalGeneration' },
  llama: { task: 'causal-lm', peer: 'LlamaForCausalLM' },
};

const int64 = (shape, value) => {
  const data = BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at)));
  return { dtype: 'int64', dims: shape, data };
};

try {
  if (!isFolder) run(python, [here('pytorchStep.py'), 'make', subject, folder]);
  const configJson = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const { task, peer } = TASKS[configJson.model_type];
  const classifies = task === 'sequence-classification';
  const token = (at) => 1000 + ((at * 7919) % 20000);
  const batchFile = join(scratch, 'batch');
  const inputs = {
    input_ids: int64(dims, token),
    attention_mask: int64(dims, () => 1),
    labels: classifies ? int64([dims[0]], (at) => at % 2) : int64(dims, token),
  };
  writeFileSync(batchFile, writeSafetensors(new Map(Object.entries(inputs))));
  const commands = `${'step\n'.repeat(5)}memory\n`;
  const theirs = Number(run(python, [here('pytorchStep.py'), folder, peer, batchFile, threads], commands));
  const cell = {
    configJson,
    task,
    ...(classifies && { labels: ['ham', 'spam'] }),
    lengths: [dims[1]],
    recipe: { batchSize: dims[0], ...(classifies && { freeze: 'embeddings' }) },
    threads: Number(threads),
    weightsPath: folder,
  };
  const measure = (recipe) =>
    Number(
      run(process.execPath, [
        here('memoryOfTraining.mjs'),
        JSON.stringify({ ...cell, recipe: { ...cell.recipe, ...recipe } }),
      ]),
    );
  const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  console.log(`pytorch   ${megabytes(theirs)}`);
  for (const recomputeActivations of [false, true]) {
    const ours = measure({ recomputeActivations });
    console.log(
      `plumbline ${megabytes(ours)}${recomputeActivations ? ', activations computed again' : ''}: ${(ours / theirs).toFixed(2)}x`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
