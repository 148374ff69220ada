// Peak memory and time of a training step, with all activations kept and with cheap ones computed again:
// npm run build && node bench/trainMemory.mjs MODEL_FOLDER [batch] [sequence] [threads] [rounds]
// MODEL_FOLDER holds a BERT's config.json and model.safetensors. Each variant has a process of its own, because
// memory once taken from the system is not given back. Needs Linux's /proc. Prints, never judges.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildClassifier,
  buildTrainingGraph,
  createRunner,
  gradientName,
  readSafetensors,
} from '../dist/nn/index.js';

const [folder, batch = '16', sequence = '128', threads = '2', rounds = '6', variant] = process.argv.slice(2);
const shape = { batch: Number(batch), sequence: Number(sequence) };

const megabytes = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

const measure = async () => {
  const classifier = buildClassifier({
    configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
    weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
    labels: ['ham', 'spam'],
    seed: 1,
  });
  const { model, trainable } = buildTrainingGraph(classifier, {
    trainable: (name) => !name.startsWith('bert.embeddings.'),
    ...(variant === 'again' && { recomputeFor: shape }),
  });
  const int64 = (dims, value) => {
    const data = BigInt64Array.from({ length: dims.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at)));
    return { dtype: 'int64', dims, data };
  };
  const dims = [shape.batch, shape.sequence];
  const feeds = {
    input_ids: int64(dims, (at) => 1000 + ((at * 7919) % 20000)),
    attention_mask: int64(dims, () => 1),
    labels: int64([shape.batch], (at) => at % 2),
    ...Object.fromEntries(trainable.map((name) => [name, classifier.parameters.get(name)])),
  };
  const fetches = Object.fromEntries(
    trainable.map((name) => {
      const { dims, data } = classifier.parameters.get(name);
      return [gradientName(name), { dtype: 'float32', dims, data: new Float32Array(data.length).fill(0) }];
    }),
  );
  const runner = await createRunner(model, { threads: Number(threads) });
  const before = megabytes('VmRSS');
  const wallMs = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    const start = performance.now();
    await runner.run(feeds, fetches);
    wallMs.push(performance.now() - start);
  }
  return { step: megabytes('VmHWM') - before, process: megabytes('VmHWM'), best: Math.min(...wallMs) };
};

if (variant) process.stdout.write(JSON.stringify(await measure()));
else {
  const [kept, again] = ['kept', 'again'].map((name) => {
    const args = [fileURLToPath(import.meta.url), folder, batch, sequence, threads, rounds, name];
    return JSON.parse(
      spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    );
  });
  for (const [name, found] of Object.entries({ kept, again }))
    console.log(
      `${name.padEnd(6)} step ${found.step.toFixed(0)} MB, process ${found.process.toFixed(0)} MB, best ${found.best.toFixed(0)} ms`,
    );
  console.log(
    `again/kept: memory of a step ${(again.step / kept.step).toFixed(2)}, of the process ` +
      `${(again.process / kept.process).toFixed(2)}, time ${(again.best / kept.best).toFixed(2)}`,
  );
}
