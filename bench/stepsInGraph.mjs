// Training steps with the optimiser outside of the graph, and 1, 4 and 16 of them in one run with it inside:
// npm run build && node bench/stepsInGraph.mjs [batch] [sequence] [threads] [rounds] [values of a bucket]
// A random model of MiniLM-L6's shape, embeddings frozen, AdamW with clipping. Each way makes the same 16 steps, whose
// losses and weights must be equal first; then they take turns, so that what else the machine does hits each alike; the
// processor's time is given too. Memory is measured in a process of its own for each way. Needs Linux's /proc. Prints, never judges.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeModel } from '../dist/nn/graph/encode.js';
import { buildClassifier, createRunner, gradientName, Random } from '../dist/nn/index.js';
import { trainingGraphOf } from '../dist/nn/models/training.js';
import { createOptimizer, scheduledRate } from '../dist/nn/optim/index.js';
import { buildStepLoop } from '../dist/nn/steps/buildStepLoop.js';
import { StepLoopRunner } from '../dist/nn/steps/stepLoopRunner.js';

const [batch = '16', sequence = '128', threads = '2', rounds = '3', bucket = '', variant] =
  process.argv.slice(2);
const dims = [Number(batch), Number(sequence)];
const STEPS = 16;
const optimizer = { type: 'adamw', weightDecay: 0.01 };
const schedule = { shape: 'linear', learningRate: 5e-5, warmupSteps: 4, totalSteps: 1000 };
const maxGradNorm = 1;
const options = { threads: Number(threads) };

const random = new Random(1);
const [hidden, inner, layers, vocabulary] = [384, 1536, 6, 30522];
const tensor = (shape, scale, mean = 0) => ({
  dtype: 'float32',
  dims: shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => mean + scale * random.normal()),
});
const weights = new Map();
const linear = (name, width, count) => {
  weights.set(`${name}.weight`, tensor([count, width], 0.05));
  weights.set(`${name}.bias`, tensor([count], 0.02));
};
const norm = (name) => {
  weights.set(`${name}.weight`, tensor([hidden], 0.02, 1));
  weights.set(`${name}.bias`, tensor([hidden], 0.02));
};
for (const [name, rows] of [
  ['word', vocabulary],
  ['position', 512],
  ['token_type', 2],
])
  weights.set(`bert.embeddings.${name}_embeddings.weight`, tensor([rows, hidden], 0.05));
norm('bert.embeddings.LayerNorm');
for (let layer = 0; layer < layers; layer += 1) {
  const at = `bert.encoder.layer.${layer}`;
  for (const part of ['query', 'key', 'value']) linear(`${at}.attention.self.${part}`, hidden, hidden);
  linear(`${at}.attention.output.dense`, hidden, hidden);
  norm(`${at}.attention.output.LayerNorm`);
  linear(`${at}.intermediate.dense`, hidden, inner);
  linear(`${at}.output.dense`, inner, hidden);
  norm(`${at}.output.LayerNorm`);
}
linear('bert.pooler.dense', hidden, hidden);
const configJson = {
  model_type: 'bert',
  architectures: ['BertModel'],
  hidden_act: 'gelu',
  hidden_size: hidden,
  intermediate_size: inner,
  num_hidden_layers: layers,
  num_attention_heads: 12,
  vocab_size: vocabulary,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
};
const classifier = buildClassifier({ configJson, weights, labels: ['ham', 'spam'], seed: 1 });
const training = trainingGraphOf(classifier, {
  trainable: (name) => !name.startsWith('bert.embeddings.'),
});
const trainable = new Map(training.trainable.map((name) => [name, classifier.parameters.get(name)]));

const int64 = (shape, value) => ({
  dtype: 'int64',
  dims: shape,
  data: BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at))),
});
const batches = Array.from({ length: STEPS }, (_, step) => ({
  input_ids: int64(dims, (at) => 1000 + ((at * 7919 + step * 31) % 20000)),
  attention_mask: int64(dims, () => 1),
  labels: int64([dims[0]], (at) => at % 2),
}));

/** The optimiser outside: weights and gradients cross the border of the graph at every step. */
const outside = async () => {
  const { arena, optimizer: adamw } = createOptimizer(trainable, optimizer);
  const runner = await createRunner(encodeModel(training.graph), options);
  const feeds = Object.fromEntries(arena.region('weights'));
  const loss = { dtype: 'float32', dims: [], data: new Float32Array(1) };
  const gradients = Object.fromEntries(
    [...arena.region('gradients')].map(([name, place]) => [gradientName(name), place]),
  );
  const run = async () => {
    const losses = [];
    for (const [step, inputs] of batches.entries()) {
      await runner.run({ ...inputs, ...feeds }, { loss, ...gradients });
      losses.push(loss.data[0]);
      adamw.step({ learningRate: scheduledRate(schedule, step), maxGradNorm }, adamw.gradNorm());
    }
    return losses;
  };
  return { arena, run };
};

const inGraph = (stepsPerRun) => async () => {
  const { arena } = createOptimizer(trainable, optimizer);
  const loop = buildStepLoop(
    training,
    { optimizer, schedule, maxGradNorm },
    ...(bucket ? [Number(bucket)] : []),
  );
  const runner = new StepLoopRunner(loop, arena, await createRunner(encodeModel(loop.graph), options));
  const run = async () => {
    const losses = [];
    for (let step = 0; step < STEPS; step += stepsPerRun) {
      const found = await runner.run(batches.slice(step, step + stepsPerRun), step);
      losses.push(...found.losses);
    }
    return losses;
  };
  return { arena, run };
};

const WAYS = { outside, '1 in graph': inGraph(1), '4 in graph': inGraph(4), '16 in graph': inGraph(16) };
const megabytes = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

if (variant) {
  const { run } = await WAYS[variant]();
  const before = megabytes('VmRSS');
  await run();
  process.stdout.write(JSON.stringify({ step: megabytes('VmHWM') - before, process: megabytes('VmHWM') }));
} else {
  const ways = [];
  for (const [name, make] of Object.entries(WAYS)) {
    const way = { name, ...(await make()), best: Infinity, cpu: Infinity };
    way.losses = await way.run();
    ways.push(way);
  }
  const [reference] = ways;
  for (const { name, losses, arena } of ways.slice(1)) {
    const loss = Math.max(...losses.map((value, step) => Math.abs(value / reference.losses[step] - 1)));
    let weight = 0;
    for (const [parameter, { data }] of reference.arena.region('weights')) {
      // Its gradient is exactly zero: what is computed is noise, which AdamW makes as large as any gradient.
      if (parameter.endsWith('key.bias')) continue;
      const found = arena.region('weights').get(parameter).data;
      const [largest, off] = data.reduce(
        ([most, error], value, at) => [
          Math.max(most, Math.abs(value)),
          Math.max(error, Math.abs(value - found[at])),
        ],
        [0, 0],
      );
      weight = Math.max(weight, off / largest);
    }
    console.log(
      `${name}: losses differ by ${loss.toExponential(1)}, weights by ${weight.toExponential(1)} of the largest`,
    );
  }
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const way of ways) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      await way.run();
      const { user, system } = process.cpuUsage(before);
      way.best = Math.min(way.best, (performance.now() - start) / STEPS);
      way.cpu = Math.min(way.cpu, (user + system) / 1000 / STEPS);
    }
  }
  for (const { name, best, cpu } of ways) {
    const args = [fileURLToPath(import.meta.url), batch, sequence, threads, rounds, bucket, name];
    const memory = JSON.parse(
      spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    );
    console.log(
      `${name.padEnd(12)} ${best.toFixed(0)} ms a step (${(best / reference.best).toFixed(2)}), processor ${cpu.toFixed(0)} ms ` +
        `(${(cpu / reference.cpu).toFixed(2)}), ` +
        `steps ${memory.step.toFixed(0)} MB, process ${memory.process.toFixed(0)} MB`,
    );
  }
}
