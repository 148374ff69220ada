// Time of one update by each optimiser: npm run build && node bench/optimizers.mjs [millions of parameters] [rounds]
// The shapes are those of a MiniLM-L6's trainable part, repeated up to the count (10.8 million without its
// embeddings). The optimisers take turns, so that what else the machine does hits each alike. Prints, never judges.
import { createOptimizer } from '../dist/nn/index.js';

const [millions = '10.8', rounds = '20'] = process.argv.slice(2);
const hidden = 384;
const LAYER = {
  ...Object.fromEntries(['query', 'key', 'value', 'output'].map((part) => [part, [hidden, hidden]])),
  intermediate: [4 * hidden, hidden],
  narrow: [hidden, 4 * hidden],
  ...Object.fromEntries(
    ['query', 'key', 'value', 'output', 'narrow'].map((part) => [`${part}.bias`, [hidden]]),
  ),
  'intermediate.bias': [4 * hidden],
  ...Object.fromEntries(['norm1', 'norm1.bias', 'norm2', 'norm2.bias'].map((part) => [part, [hidden]])),
};
const parameters = new Map();
let count = 0;
const draw = (length) => Float32Array.from({ length }, (_, at) => Math.sin(at * 12.9898 + count) * 0.1);
for (let layer = 0; count < Number(millions) * 1e6; layer += 1) {
  for (const [name, dims] of Object.entries(LAYER)) {
    const length = dims.reduce((a, b) => a * b);
    parameters.set(`layer.${layer}.${name}`, { dtype: 'float32', dims, data: draw(length) });
    count += length;
  }
}

const kinds = {
  AdamW: { type: 'adamw', weightDecay: 0.01 },
  SGD: { type: 'sgd', momentum: 0, weightDecay: 0.01 },
  'SGD, momentum': { type: 'sgd', momentum: 0.9, weightDecay: 0.01 },
  'SGD, Nesterov': { type: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
  Adafactor: { type: 'adafactor', weightDecay: 0.01 },
};
const made = Object.entries(kinds).map(([name, settings]) => {
  const { arena, optimizer } = createOptimizer(parameters, settings);
  arena.load('gradients', parameters);
  return { name, arena, optimizer, normMs: Infinity, stepMs: Infinity };
});
for (let round = 0; round < Number(rounds); round += 1) {
  for (const kind of made) {
    const started = performance.now();
    const norm = kind.optimizer.gradNorm();
    const measured = performance.now();
    kind.optimizer.step({ learningRate: 1e-5, maxGradNorm: 1 }, norm);
    kind.normMs = Math.min(kind.normMs, measured - started);
    kind.stepMs = Math.min(kind.stepMs, performance.now() - measured);
  }
}
console.log(`${(count / 1e6).toFixed(1)} million parameters, best of ${rounds} rounds, one thread`);
for (const { name, arena, normMs, stepMs } of made) {
  const perParameter = ((stepMs * 1e6) / count).toFixed(2);
  const megabytes = Math.round(arena.memory.buffer.byteLength / 2 ** 20);
  const norm = `norm ${normMs.toFixed(1)} ms`;
  console.log(
    `${name.padEnd(14)} ${perParameter} ns a parameter, ${stepMs.toFixed(1)} ms, ${norm}, ${megabytes} MiB`,
  );
}
