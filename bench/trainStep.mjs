// Time of one training step: npm run build && node bench/trainStep.mjs MODEL_FOLDER [threads] [rounds]
// MODEL_FOLDER holds a BERT's config.json and model.safetensors. The variants take turns in one process, so that
// what else the machine does hits each alike; quote ratios. Prints, never judges.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildClassifier,
  buildTrainingGraph,
  createRunner,
  decodeModel,
  gradientName,
  graphFlops,
  readSafetensors,
} from '../dist/nn/index.js';

const [folder, threads = '2', rounds = '10'] = process.argv.slice(2);
const [batch, sequence] = [16, 128];
const variants = { sleeping: { spinning: false }, spinning: { spinning: true } };

const classifier = buildClassifier({
  configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
  labels: ['ham', 'spam'],
  seed: 1,
});
const { model, trainable } = buildTrainingGraph(classifier, {
  trainable: (name) => !name.startsWith('bert.embeddings.'),
});
const flops = graphFlops(decodeModel(model).graph, { batch, sequence });

const int64 = (dims, value) => {
  const data = BigInt64Array.from({ length: dims.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at)));
  return { dtype: 'int64', dims, data };
};
const feeds = {
  input_ids: int64([batch, sequence], (at) => 1000 + ((at * 7919) % 20000)),
  attention_mask: int64([batch, sequence], () => 1),
  labels: int64([batch], (at) => at % 2),
  ...Object.fromEntries(trainable.map((name) => [name, classifier.parameters.get(name)])),
};
const empty = ({ dims, data }) => ({ dtype: 'float32', dims, data: new Float32Array(data.length) });
const fetches = Object.fromEntries(
  trainable.map((name) => [gradientName(name), empty(classifier.parameters.get(name))]),
);

const runs = await Promise.all(
  Object.entries(variants).map(async ([name, options]) => {
    const runner = await createRunner(model, { threads: Number(threads), ...options });
    await runner.run(feeds, fetches);
    return { name, runner, wallMs: [], cpuMs: [] };
  }),
);
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { runner, wallMs, cpuMs } of runs) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await runner.run(feeds, fetches);
    const { user, system } = process.cpuUsage(cpu);
    wallMs.push(performance.now() - start);
    cpuMs.push((user + system) / 1000);
  }
}
for (const { name, wallMs, cpuMs } of runs) {
  const [best, cpu] = [Math.min(...wallMs), Math.min(...cpuMs)];
  const tokens = ((batch * sequence) / best) * 1000;
  console.log(
    `${name}: best ${best.toFixed(0)} ms, processor ${cpu.toFixed(0)} ms, ${tokens.toFixed(0)} tokens/s, ` +
      `${(flops / best / 1e6).toFixed(0)} GFLOP/s`,
  );
}
