// Training on real texts beside transformers' Trainer, in real (not padding) tokens a second, with equal settings:
// npm run build && PYTHON=python3 node bench/mailsVersusTrainer.mjs MODEL_FOLDER rows.jsonl [maxLength] [steps] [rounds] [threads]
// MODEL_FOLDER holds a BERT's config.json, model.safetensors and tokenizer.json; bench/rows.mjs prints rows.jsonl. PYTHON has
// torch, transformers and accelerate. Each way makes the same number of steps, and the ways take turns. Embeddings are frozen.
// The order of the texts differs, so that losses are equal only about. Prints, never judges.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildClassifier, loadTokenizer, readSafetensors } from '../dist/nn/index.js';
import { TrainingSession } from '../dist/nn/train/trainingSession.js';

const [folder, rowsFile, maxLength = '256', steps = '40', rounds = '2', threads = '2'] =
  process.argv.slice(2);
const count = Number(steps);
const python = process.env.PYTHON ?? 'python3';
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));

const rows = readFileSync(rowsFile, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ split }) => split === 'train');
const labels = [...new Set(rows.map(({ label }) => label))].sort();
const tokenizer = await loadTokenizer(readFileSync(join(folder, 'tokenizer.json')));
const encoded = await tokenizer.encodeBatch(
  rows.map(({ text }) => text),
  { maxLength: Number(maxLength) },
);
const train = encoded.map(({ ids }, at) => ({ ids, target: Int32Array.of(labels.indexOf(rows[at].label)) }));

/** Seconds and real tokens of the steps, without what comes before the first. */
const ours = async () => {
  const session = await TrainingSession.create({
    model: buildClassifier({
      configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
      weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
      labels,
      seed: 42,
    }),
    train,
    validation: [],
    recipe: {
      epochs: 2,
      batchSize: 16,
      learningRate: 5e-5,
      weightDecay: 0.01,
      warmupSteps: Math.ceil(count / 10),
      warmupRatio: 0,
      maxGradNorm: 1,
      freeze: 'embeddings',
      evaluationsPerEpoch: 1,
      earlyStopping: null,
      seed: 42,
    },
    threads: Number(threads),
  });
  const losses = [];
  let real = 0;
  let padded = 0;
  const start = performance.now();
  for (let step = 0; step < count; step += 1) {
    const progress = await session.step();
    losses.push(progress.loss);
    ({ realTokens: real, paddedTokens: padded } = session.history);
  }
  const seconds = (performance.now() - start) / 1000;
  await session.dispose();
  return { seconds, real, padded, losses };
};

const trainer = (...options) => {
  const run = spawnSync(
    python,
    [
      fileURLToPath(new URL('trainer.py', import.meta.url)),
      ...['--rows', rowsFile, '--base', folder, '--max-length', maxLength, '--threads', threads],
      ...['--max-steps', steps, '--output', join(scratch, 'trainer'), ...options],
    ],
    { encoding: 'utf8', maxBuffer: 1e8 },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.trim().split('\n').at(-1));
};

const WAYS = {
  'Trainer, padded to the maximum': () => trainer('--padding', 'max_length'),
  'Trainer, padded to the longest': () => trainer(),
  'Trainer, grouped by length': () => trainer('--group-by-length'),
  'this project': ours,
};
const best = {};
for (let round = 0; round < Number(rounds); round += 1) {
  for (const [name, run] of Object.entries(WAYS)) {
    const made = await run();
    const rate = made.real / made.seconds;
    if (!(best[name]?.rate > rate)) best[name] = { ...made, rate };
  }
}
rmSync(scratch, { recursive: true });

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const own = best['this project'].rate;
console.log(`${train.length} texts of at most ${maxLength} tokens; ${steps} steps of 16, ${threads} threads`);
for (const [name, { rate, real, padded, losses }] of Object.entries(best))
  console.log(
    `${name.padEnd(32)} ${rate.toFixed(0).padStart(6)} real tokens/s, this project ${(own / rate).toFixed(2)}x, padding ` +
      `${(100 * (1 - real / padded)).toFixed(1).padStart(4)} %, mean loss of the first and last quarter ` +
      `${mean(losses.slice(0, count / 4)).toFixed(3)} ${mean(losses.slice((-count / 4) | 0)).toFixed(3)}`,
  );
