// A whole training step (forward, backward, clipping, AdamW) beside PyTorch eager's, on the same batch:
// npm run build && PYTHON=python3 node bench/trainStepVersusPytorch.mjs MODEL_FOLDER [batch] [sequence] [threads] [rounds]
// MODEL_FOLDER holds a BERT's config.json and model.safetensors; PYTHON has torch, transformers and safetensors.
// Loss and gradients must be equal first. Then the two take turns, so that what else the machine does hits both.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  buildClassifier,
  buildTrainingGraph,
  createRunner,
  decodeModel,
  gradientName,
  graphFlops,
  readSafetensors,
  writeSafetensors,
} from '../dist/nn/index.js';
import { AdamW, decaysByDefault, ParameterArena } from '../dist/nn/optim/index.js';

const [folder, batch = '16', sequence = '128', threads = '2', rounds = '8'] = process.argv.slice(2);
const dims = [Number(batch), Number(sequence)];
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const file = (name) => join(scratch, name);

const classifier = buildClassifier({
  configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
  labels: ['ham', 'spam'],
  seed: 1,
});
const { model, trainable } = buildTrainingGraph(classifier, {
  trainable: (name) => !name.startsWith('bert.embeddings.'),
});
const flops = graphFlops(decodeModel(model).graph, { batch: dims[0], sequence: dims[1] });

const int64 = (shape, value) => {
  const data = BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => BigInt(value(at)));
  return { dtype: 'int64', dims: shape, data };
};
const inputs = {
  input_ids: int64(dims, (at) => 1000 + ((at * 7919) % 20000)),
  attention_mask: int64(dims, () => 1),
  labels: int64([dims[0]], (at) => at % 2),
};
writeFileSync(file('batch'), writeSafetensors(new Map(Object.entries(inputs))));
const isHead = (name) => name.startsWith('classifier.') || name.startsWith('bert.pooler.');
writeFileSync(
  file('head'),
  writeSafetensors(new Map([...classifier.parameters].filter(([name]) => isHead(name)))),
);

const arena = new ParameterArena(new Map(trainable.map((name) => [name, classifier.parameters.get(name)])));
const optimiser = new AdamW(arena, {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  decays: decaysByDefault,
});
const runner = await createRunner(model, { threads: Number(threads) });
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
  optimiser.step({ learningRate: 1e-5, maxGradNorm: 1 }, optimiser.gradNorm());
  const end = performance.now();
  return { total: end - start, optimiser: end - computed };
};

const peer = spawn(
  process.env.PYTHON ?? 'python3',
  [fileURLToPath(new URL('pytorchStep.py', import.meta.url)), folder, file('head'), file('batch'), threads],
  { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error' } },
);
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
  const largest = (data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = trainable.reduce((most, name) => {
    const [found, wanted] = [arena.region('gradients').get(name).data, expected.get(name).data];
    const scale = largest(wanted);
    return scale < 1e-6
      ? most
      : Math.max(most, largest(wanted.map((value, at) => value - found[at])) / scale);
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
  console.log(`pytorch   ${them.toFixed(0)} ms`);
  console.log(`speed relative to PyTorch: ${(them / us).toFixed(2)}x (best of ${rounds} interleaved rounds)`);
} finally {
  peer.kill();
  rmSync(scratch, { recursive: true, force: true });
}
