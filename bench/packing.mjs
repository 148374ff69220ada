// Real tokens a second of forward and backward by how texts lie in their batches: padded to the maximum, in batches of
// similar length, and packed in rows as long as the longest text and longer:
// npm run build && node bench/packing.mjs MODEL_FOLDER rows.jsonl [maxLength] [batches] [rounds] [threads]
// MODEL_FOLDER holds a BERT's config.json, model.safetensors and tokenizer.json; bench/rows.mjs prints rows.jsonl.
// Padding is that of a whole epoch. Of each layout the same number of batches is timed; the layouts take turns, so that what
// else the machine does hits all. Prints, never judges.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildClassifier,
  buildTrainingGraph,
  createRunner,
  gradientName,
  loadTokenizer,
  Random,
  readSafetensors,
} from '../dist/nn/index.js';
import { epochBatches } from '../dist/nn/train/batches.js';
import { packedBatches } from '../dist/nn/train/packing.js';
import { column, pick, tokenBatch } from '../dist/nn/train/tasks/rows.js';

const [folder, rowsFile, maxLength = '256', count = '6', rounds = '3', threads = '2'] = process.argv.slice(2);
const longest = Number(maxLength);
const batchSize = 16;
const rows = readFileSync(rowsFile, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ split }) => split === 'train');
const tokenizer = await loadTokenizer(readFileSync(join(folder, 'tokenizer.json')));
const encoded = await tokenizer.encodeBatch(
  rows.map(({ text }) => text),
  { maxLength: longest },
);
const texts = encoded.map(({ ids }) => Int32Array.from(ids));
const labels = [...new Set(rows.map(({ label }) => label))].sort();
const targets = rows.map(({ label }) => Int32Array.of(labels.indexOf(label)));
const lengths = Int32Array.from(texts, ({ length }) => length);

const drawn = { batchSize, seed: 1, epoch: 0 };
const padded = (batches) => batches.map((indices) => ({ indices, rowSizes: null }));
const packed = (rowTokens) => packedBatches([lengths], { ...drawn, rowTokens: [rowTokens] });
const atRandom = () => {
  const order = new Random(1).shuffle(Int32Array.from(lengths.keys()));
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, at) =>
    order.subarray(at * batchSize, (at + 1) * batchSize),
  );
};
const LAYOUTS = {
  'padded to the maximum': { batches: padded(atRandom()), fullWidth: true },
  'similar lengths': { batches: padded(epochBatches(lengths, drawn)) },
  'packed, one maximum a row': { batches: packed(longest) },
  'packed, two maxima a row': { batches: packed(2 * longest) },
};

/** The inputs of a batch, with a text of the greatest length where all are to be as wide. */
const inputsOf = ({ indices, rowSizes }, fullWidth) => {
  const chosen = pick(texts, indices);
  const batch = tokenBatch(chosen, rowSizes);
  const { feeds, paddedTokens } = fullWidth ? widened(batch) : batch;
  return {
    feeds: { ...feeds, labels: column(pick(targets, indices), 0) },
    realTokens: batch.realTokens,
    paddedTokens,
  };
};
const widened = ({ feeds }) => {
  const wide = ({ dims: [height, width], data }) => {
    const values = new BigInt64Array(height * longest);
    for (let row = 0; row < height; row += 1)
      values.set(data.subarray(row * width, (row + 1) * width), row * longest);
    return { dtype: 'int64', dims: [height, longest], data: values };
  };
  return {
    feeds: { input_ids: wide(feeds.input_ids), attention_mask: wide(feeds.attention_mask) },
    paddedTokens: feeds.input_ids.dims[0] * longest,
  };
};

const model = buildClassifier({
  configJson: JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
  weights: readSafetensors(readFileSync(join(folder, 'model.safetensors'))),
  labels,
  seed: 1,
});
const trainable = (name) => !name.startsWith('bert.embeddings.');
const graphs = [false, true].map((packed) => buildTrainingGraph(model, { trainable, packed }));
const runners = [];
for (const { model: bytes } of graphs) runners.push(await createRunner(bytes, { threads: Number(threads) }));
const weights = Object.fromEntries(graphs[0].trainable.map((name) => [name, model.parameters.get(name)]));
const empty = ({ dims, data }) => ({ dtype: 'float32', dims, data: new Float32Array(data.length) });
const gradients = Object.fromEntries(
  Object.entries(weights).map(([name, tensor]) => [gradientName(name), empty(tensor)]),
);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const measured = Object.entries(LAYOUTS).map(([name, { batches, fullWidth = false }]) => {
  const all = batches.map((batch) => inputsOf(batch, fullWidth));
  const sum = (list, field) => list.reduce((total, item) => total + item[field], 0);
  const timed = all.filter(({ feeds }) => feeds.labels.dims[0] === batchSize).slice(0, Number(count));
  return {
    name,
    runner: runners[batches[0].rowSizes ? 1 : 0],
    padding: 1 - sum(all, 'realTokens') / sum(all, 'paddedTokens'),
    tokens: sum(timed, 'realTokens'),
    best: timed.map((inputs) => ({
      inputs,
      wallMs: Number.POSITIVE_INFINITY,
      cpuMs: Number.POSITIVE_INFINITY,
    })),
  };
});
for (let round = 0; round < Number(rounds); round += 1) {
  for (let at = 0; at < Number(count); at += 1) {
    for (const { runner, best } of measured) {
      const step = best[at];
      const [wall, cpu] = [performance.now(), cpuMs()];
      await runner.run({ ...step.inputs.feeds, ...weights }, { loss: null, ...gradients });
      step.wallMs = Math.min(step.wallMs, performance.now() - wall);
      step.cpuMs = Math.min(step.cpuMs, cpuMs() - cpu);
    }
  }
}
const [base] = measured.map(
  ({ tokens, best }) => tokens / best.reduce((total, { wallMs }) => total + wallMs, 0),
);
console.log(
  `${texts.length} texts of at most ${longest} tokens, mean ${(lengths.reduce((a, b) => a + b) / texts.length).toFixed(0)}`,
);
for (const { name, padding, tokens, best } of measured) {
  const [wall, cpu] = ['wallMs', 'cpuMs'].map((field) =>
    best.reduce((total, step) => total + step[field], 0),
  );
  console.log(
    `${name.padEnd(26)} padding ${(100 * padding).toFixed(2).padStart(5)} %, ${((1000 * tokens) / wall).toFixed(0)} real tokens/s, ` +
      `${(tokens / wall / base).toFixed(2)}x the first, ${((1000 * cpu) / tokens).toFixed(0)} us of processor a token`,
  );
}
