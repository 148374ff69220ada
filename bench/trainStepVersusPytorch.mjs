// A whole training step (forward, backward, clipping, AdamW) beside PyTorch eager's, on the same batch:
// npm run build && PYTHON=python3 node bench/trainStepVersusPytorch.mjs MODEL [batch] [sequence] [threads] [rounds]
// MODEL is a BERT's folder (config.json, model.safetensors; embeddings stay frozen), or `t5-small` or `llama-100m` for
// a random model of that shape. PYTHON has torch, transformers and safetensors. Loss and gradients must be equal
// first. Then the two take turns, so that what else the machine does hits both. Prints, never judges.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeModel } from '../dist/nn/graph/encode.js';
import {
  buildTrainingGraph,
  createRunner,
  decodeModel,
  gradientName,
  graphFlops,
  readSafetensors,
  writeSafetensors,
} from '../dist/nn/index.js';
import { buildModel } from '../dist/nn/models/buildModel.js';
import { GraphBuilder } from '../dist/nn/ops/builder.js';
import { createOptimizer } from '../dist/nn/optim/index.js';

const [subject, batch = '16', sequence = '128', threads = '2', rounds = '8'] = process.argv.slice(2);
const dims = [Number(batch), Number(sequence)];
const python = process.env.PYTHON ?? 'python3';
const peerScript = fileURLToPath(new URL('pytorchStep.py', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const file = (name) => join(scratch, name);
const modelFolder = file('model');

const isFolder = existsSync(join(subject, 'config.json'));
if (!isFolder)
  spawnSync(python, [peerScript, 'make', subject, modelFolder], { stdio: ['ignore', 'inherit', 'inherit'] });
const source = isFolder ? subject : modelFolder;
const configJson = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8'));
const task = { bert: 'sequence-classification', t5: 'seq2seq-lm', llama: 'causal-lm' }[configJson.model_type];
const peerClass = {
  bert: 'BertForSequenceClassification',
  t5: 'T5ForConditionalGeneration',
  llama: 'LlamaForCausalLM',
}[configJson.model_type];

const model = buildModel({
  configJson,
  weights: readSafetensors(readFileSync(join(source, 'model.safetensors'))),
  task,
  ...(task === 'sequence-classification' && { labels: ['ham', 'spam'] }),
  seed: 1,
});
if (isFolder) {
  // With the head that was drawn here, so that both begin alike.
  mkdirSync(modelFolder);
  copyFileSync(join(subject, 'config.json'), join(modelFolder, 'config.json'));
  writeFileSync(join(modelFolder, 'model.safetensors'), writeSafetensors(model.parameters));
}
const training = buildTrainingGraph(model, { trainable: (name) => !name.startsWith('bert.embeddings.') });
const { trainable } = training;
const { graph } = decodeModel(training.model);
const flops = graphFlops(graph, { batch: dims[0], sequence: dims[1], target: dims[1] });

const int64 = (shape, value) => {
  const data = BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at)));
  return { dtype: 'int64', dims: shape, data };
};
const token = (at) => 1000 + ((at * 7919) % 20000);
const inputs = {
  input_ids: int64(dims, token),
  attention_mask: int64(dims, () => 1),
  labels: task === 'sequence-classification' ? int64([dims[0]], (at) => at % 2) : int64(dims, token),
};
writeFileSync(file('batch'), writeSafetensors(new Map(Object.entries(inputs))));

const { arena, optimizer } = createOptimizer(
  new Map(trainable.map((name) => [name, model.parameters.get(name)])),
  { type: 'adamw', weightDecay: 0.01 },
);
const runner = await createRunner(training.model, { threads: Number(threads) });
const loss = { dtype: 'float32', dims: [], data: new Float32Array(1) };
const gradients = () =>
  runner.run(
    { ...inputs, ...Object.fromEntries(arena.region('weights')) },
    {
      loss,
      ...Object.fromEntries(
        [...arena.region('gradients')].map(([name, tensor]) => [gradientName(name), tensor]),
      ),
    },
  );
const step = async () => {
  const start = performance.now();
  await gradients();
  const computed = performance.now();
  optimizer.step({ learningRate: 1e-5, maxGradNorm: 1 }, optimizer.gradNorm());
  const end = performance.now();
  return { total: end - start, optimiser: end - computed };
};

/** Operations per second of the largest matrix products that the runtime does here, the bound of any step. */
const peakFlops = async () => {
  const side = 2048;
  const builder = new GraphBuilder();
  for (const name of ['a', 'b']) builder.input(name, 'float32', [side, side]);
  const product = builder.build('peak', { c: builder.emit('Gemm-13', ['a', 'b']) });
  const peak = await createRunner(encodeModel(product), { threads: Number(threads) });
  const square = () => ({
    dtype: 'float32',
    dims: [side, side],
    data: new Float32Array(side * side).fill(0.5),
  });
  const [feeds, fetches] = [{ a: square(), b: square() }, { c: square() }];
  let bestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const start = performance.now();
    await peak.run(feeds, fetches);
    bestMs = Math.min(bestMs, performance.now() - start);
  }
  await peak.dispose();
  return (2 * side ** 3) / bestMs;
};

const peer = spawn(python, [peerScript, modelFolder, peerClass, file('batch'), threads], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error' },
});
const answers = createInterface({ input: peer.stdout });
const next = async () => (await once(answers, 'line'))[0];
const ask = (command) => {
  const answer = next();
  peer.stdin.write(`${command}\n`);
  return answer.then(Number);
};

try {
  await next();
  await gradients();
  await ask(`gradients ${file('expected')}`);
  const expected = readSafetensors(readFileSync(file('expected')));
  // By norm: a unit whose input to a ReLU is 0 but for rounding has another gradient on either side.
  const norm = (data) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
  const worst = trainable.reduce((most, name) => {
    const [found, wanted] = [arena.region('gradients').get(name).data, expected.get(name).data];
    const scale = norm(wanted);
    return scale < 1e-6 ? most : Math.max(most, norm(wanted.map((value, at) => value - found[at])) / scale);
  }, 0);
  console.log(
    `loss ${loss.data[0]} and ${expected.get('loss').data[0]}, largest relative error of a gradient ${worst.toExponential(1)}`,
  );
  if (!(worst < 1e-3)) throw new Error('the gradients differ; nothing is timed');

  const [ours, theirs] = [[], []];
  for (let round = 0; round <= Number(rounds); round += 1) {
    ours.push(await step());
    theirs.push(await ask('step'));
  }
  // The first round of each warms up.
  const best = (values) => Math.min(...values.slice(1));
  const [us, them] = [best(ours.map(({ total }) => total)), best(theirs)];
  const share = best(ours.map(({ optimiser }) => optimiser)) / us;
  console.log(
    `plumbline ${us.toFixed(0)} ms, ${(flops / us / 1e6).toFixed(0)} GFLOP/s, optimiser ${(share * 100).toFixed(1)} % of it`,
  );
  const peak = await peakFlops();
  console.log(
    `SGEMM peak ${(peak / 1e6).toFixed(0)} GFLOP/s, the step reaches ${((flops / us / peak) * 100).toFixed(0)} % of it`,
  );
  console.log(`pytorch   ${them.toFixed(0)} ms`);
  console.log(`speed relative to PyTorch: ${(them / us).toFixed(2)}x (best of ${rounds} interleaved rounds)`);
} finally {
  peer.kill();
  rmSync(scratch, { recursive: true, force: true });
}
