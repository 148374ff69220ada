// Training in half precision beside float32: npm run build && node bench/precision.mjs MODEL_FOLDER [threads] [steps]
// MODEL_FOLDER holds a BERT's config.json and model.safetensors. The runs take turns step by step in one process, so that
// what else the machine does hits each alike; quote ratios. Texts are drawn, 64 tokens long, and tell their class by
// four of them. Prints, never judges.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildClassifier, Random, readSafetensors } from '../dist/nn/index.js';
import { TrainingSession } from '../dist/nn/train/trainingSession.js';

const [folder, threads = '2', steps = '30'] = process.argv.slice(2);
const [batchSize, length] = [16, 64];
const recipe = {
  epochs: 1,
  batchSize,
  learningRate: 5e-5,
  weightDecay: 0.01,
  warmupRatio: 0.1,
  maxGradNorm: 1,
  freeze: 'embeddings',
  evaluationsPerEpoch: 1,
  earlyStopping: null,
  seed: 1,
};
const random = new Random(1);
const train = Array.from({ length: batchSize * Number(steps) }, (_, at) => {
  const ids = Int32Array.from({ length }, () => 1000 + random.below(20_000));
  ids.fill(2000 + (at % 2), 1, 5);
  return { ids, target: Int32Array.of(at % 2) };
});

const runs = [];
for (const precision of ['float32', 'float16', 'bfloat16']) {
  const model = buildClassifier({
    configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
    weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
    labels: ['ham', 'spam'],
    seed: 1,
  });
  const session = await TrainingSession.create({
    model,
    train,
    validation: [],
    recipe: { ...recipe, precision },
    threads: Number(threads),
  });
  runs.push({ precision, session, progress: [], wallMs: [], cpuMs: [] });
}
while (!runs[0].session.done) {
  for (const { session, progress, wallMs, cpuMs } of runs) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    progress.push(await session.step());
    const { user, system } = process.cpuUsage(cpu);
    wallMs.push(performance.now() - start);
    cpuMs.push((user + system) / 1000);
  }
}

const [exact] = runs;
const median = (values) => values.toSorted((left, right) => left - right)[values.length >> 1];
for (const { precision, progress, wallMs, cpuMs } of runs) {
  const { arithmetic, lossScale = 1 } = progress.at(-1);
  const differences = progress.map(({ loss }, step) => Math.abs(loss / exact.progress[step].loss - 1));
  const ratioOf = (times, exactTimes) => median(times.map((ms, step) => ms / exactTimes[step])).toFixed(2);
  const skipped = progress.filter(({ gradNorm }) => gradNorm === null).length;
  console.log(
    `${precision}${arithmetic.emulated ? ', emulated' : ''} on ${arithmetic.provider}: ` +
      `${median(wallMs).toFixed(0)} ms a step, ${ratioOf(wallMs, exact.wallMs)} times float32's, ` +
      `${ratioOf(cpuMs, exact.cpuMs)} times its processor time; ` +
      `loss ${progress[0].loss.toFixed(4)} to ${progress.at(-1).loss.toFixed(4)}, ` +
      `off float32's by ${(100 * median(differences)).toFixed(3)} % (median) and ${(100 * Math.max(...differences)).toFixed(3)} % (most); ` +
      `${skipped} steps left out, last loss scale ${lossScale}`,
  );
}
for (const { session } of runs) await session.dispose();
