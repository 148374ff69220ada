// What the estimate says a training run takes, beside what one really takes:
// npm run build && [FIRST=CELL] node bench/memoryEstimate.mjs [FAMILY ...]
// Families: bert gpt2 llama t5; default: all, and the cells from the first on.
// Random models of MiniLM's shape and of small GPT-2, LLaMA and T5 shapes. Each run has a process of its own, because
// memory once taken from the system is not given back. Needs Linux's /proc. Prints, never judges.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { blankModel } from '../dist/nn/plan/blankModel.js';
import { exampleWorkload } from '../dist/nn/plan/exampleWorkload.js';
import { estimateTraining } from '../dist/nn/plan/trainingEstimate.js';

const MODELS = {
  bert: {
    task: 'sequence-classification',
    labels: ['ham', 'spam'],
    configJson: {
      model_type: 'bert',
      hidden_size: 384,
      num_hidden_layers: 6,
      num_attention_heads: 12,
      intermediate_size: 1536,
      vocab_size: 30522,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
      hidden_act: 'gelu',
    },
  },
  gpt2: {
    task: 'causal-lm',
    configJson: {
      model_type: 'gpt2',
      n_embd: 384,
      n_layer: 4,
      n_head: 6,
      n_positions: 512,
      vocab_size: 8000,
      layer_norm_epsilon: 1e-5,
      activation_function: 'gelu_new',
    },
  },
  llama: {
    task: 'causal-lm',
    configJson: {
      model_type: 'llama',
      hidden_size: 384,
      num_hidden_layers: 4,
      num_attention_heads: 6,
      num_key_value_heads: 2,
      intermediate_size: 1024,
      vocab_size: 8000,
      max_position_embeddings: 512,
      rms_norm_eps: 1e-5,
      hidden_act: 'silu',
      tie_word_embeddings: false,
    },
  },
  t5: {
    task: 'seq2seq-lm',
    configJson: {
      model_type: 't5',
      d_model: 384,
      d_kv: 64,
      d_ff: 1024,
      num_layers: 3,
      num_decoder_layers: 3,
      num_heads: 6,
      vocab_size: 8000,
      relative_attention_num_buckets: 32,
      relative_attention_max_distance: 128,
      layer_norm_epsilon: 1e-6,
      feed_forward_proj: 'relu',
      pad_token_id: 0,
      decoder_start_token_id: 0,
    },
  },
};

const same = (length) => ({ lengths: [length] });
const MIXED = { lengths: [16, 40, 128, 64, 90] };
const CELLS = [
  { recipe: { batchSize: 8 }, ...same(64) },
  { recipe: { batchSize: 16 }, ...same(128) },
  { recipe: { batchSize: 16, freeze: 'embeddings' }, ...same(128) },
  { recipe: { batchSize: 16, freeze: 'embeddings', recomputeActivations: true }, ...same(128) },
  { recipe: { batchSize: 16, optimizer: { type: 'sgd' } }, ...same(128) },
  { recipe: { batchSize: 16, optimizer: { type: 'adafactor' } }, ...same(128) },
  { recipe: { batchSize: 16, lora: { rank: 8, alpha: 16 } }, ...same(128) },
  { recipe: { batchSize: 32, microBatchSize: 8 }, ...same(128) },
  { recipe: { batchSize: 16 }, ...MIXED },
  { recipe: { batchSize: 8 }, ...same(256) },
  { recipe: { batchSize: 32, recomputeActivations: true }, ...same(64) },
  { recipe: { batchSize: 16, precision: 'float16' }, ...same(128) },
  { recipe: { batchSize: 16, precision: 'bfloat16', freeze: 'embeddings' }, ...same(128) },
  { recipe: { batchSize: 16, precision: 'float16', lora: { rank: 8, alpha: 16 } }, ...same(128) },
  { recipe: { batchSize: 16, packing: true }, ...MIXED },
  { recipe: { batchSize: 32, microBatchSize: 8, packing: true }, ...MIXED },
  { recipe: { batchSize: 16, packing: true, precision: 'float16' }, ...MIXED },
  { recipe: { batchSize: 16 }, stepsPerRun: 4, ...same(128) },
  { recipe: { batchSize: 16, freeze: 'embeddings' }, stepsPerRun: 4, ...same(128) },
  { recipe: { batchSize: 16, optimizer: { type: 'sgd' } }, stepsPerRun: 2, ...same(128) },
  { recipe: { batchSize: 16, packing: true }, stepsPerRun: 4, ...MIXED },
];

/** The examples that memoryOfTraining.mjs trains on. */
const workloadOf = (lengths, { batchSize }, { task }) => {
  const examples = Array.from({ length: 4 * batchSize }, (_, index) => {
    const ids = new Int32Array(lengths[index % lengths.length]);
    return { ids, target: task === 'seq2seq-lm' ? ids : new Int32Array(0) };
  });
  return exampleWorkload(examples, examples, task);
};

const script = fileURLToPath(new URL('memoryOfTraining.mjs', import.meta.url));
const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(0).padStart(6);
const { FIRST = '0' } = process.env;
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MODELS);

for (const name of chosen) {
  const model = blankModel(MODELS[name]);
  for (const { recipe, lengths, stepsPerRun } of CELLS.slice(Number(FIRST))) {
    const estimate = estimateTraining(
      model,
      { freeze: 'none', weightDecay: 0.01, seed: 1, ...recipe },
      { ...workloadOf(lengths, recipe, model), ...(stepsPerRun && { stepsPerRun }) },
    );
    const cell = JSON.stringify({ ...MODELS[name], recipe, lengths, stepsPerRun });
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, cell], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const measured = Number(stdout);
    const off = (100 * (estimate.totalBytes / measured - 1)).toFixed(1).padStart(6);
    console.log(
      `${name.padEnd(6)} ${megabytes(estimate.totalBytes)} MB estimated ${megabytes(measured)} MB measured ${off} %  ` +
        `${estimate.peak.padEnd(10)} ${Math.max(...lengths)}${lengths.length > 1 ? ' at most' : ''} ${JSON.stringify(recipe)}${stepsPerRun ? ` ${stepsPerRun} steps a run` : ''}`,
    );
  }
}
