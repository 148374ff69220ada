import { spawnSync } from 'node:child_process';
import { expect, it, jest } from '@jest/globals';
import type { Task } from '../models/types.js';
import type { TrainingRecipe } from '../train/recipe.js';
import { blankModel } from './blankModel.js';
import { exampleWorkload } from './exampleWorkload.js';
import { estimateTraining } from './trainingEstimate.js';

// Trains in processes of their own by the compiled code: `npm run build` comes first.
jest.setTimeout(180_000);

const common = { max_position_embeddings: 512, vocab_size: 8000 };
const LLAMA = {
  ...common,
  model_type: 'llama',
  hidden_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 1024,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
};
const MIXED = [16, 40, 128, 64, 90];

interface Cell {
  readonly configJson: Readonly<Record<string, unknown>> & { readonly model_type: string };
  readonly task: Task;
  readonly labels: readonly string[];
  readonly lengths: readonly number[];
  readonly recipe: Partial<TrainingRecipe> & Pick<TrainingRecipe, 'batchSize'>;
  readonly stepsPerRun?: number;
}

const cells: readonly Cell[] = [
  {
    configJson: {
      ...common,
      model_type: 'bert',
      hidden_size: 384,
      num_hidden_layers: 4,
      num_attention_heads: 12,
      intermediate_size: 1536,
      type_vocab_size: 2,
      layer_norm_eps: 1e-12,
      hidden_act: 'gelu',
    },
    task: 'sequence-classification' as const,
    labels: ['ham', 'spam'],
    lengths: [128],
    recipe: { batchSize: 16 },
  },
  {
    configJson: LLAMA,
    task: 'causal-lm' as const,
    labels: [],
    lengths: MIXED,
    recipe: { batchSize: 16, optimizer: { type: 'adafactor' as const } },
  },
  {
    configJson: LLAMA,
    task: 'causal-lm' as const,
    labels: [],
    lengths: MIXED,
    recipe: { batchSize: 16, packing: true, precision: 'float16' as const },
  },
  {
    configJson: LLAMA,
    task: 'causal-lm' as const,
    labels: [],
    lengths: [128],
    recipe: { batchSize: 16 },
    stepsPerRun: 3,
  },
  {
    configJson: {
      model_type: 't5',
      vocab_size: 8000,
      d_model: 256,
      d_kv: 64,
      d_ff: 1024,
      num_layers: 2,
      num_decoder_layers: 2,
      num_heads: 4,
      relative_attention_num_buckets: 32,
      relative_attention_max_distance: 128,
      layer_norm_epsilon: 1e-6,
      feed_forward_proj: 'relu',
      pad_token_id: 0,
      decoder_start_token_id: 0,
    },
    task: 'seq2seq-lm' as const,
    labels: [],
    lengths: [128],
    recipe: { batchSize: 16, recomputeActivations: true },
  },
];

/** How far the estimate may be from what a process really took. */
const ERROR_MAX = 0.15;

it.each(cells)('is near what training a $configJson.model_type by $recipe takes', (cell) => {
  const script = new URL('../../bench/memoryOfTraining.mjs', import.meta.url).pathname;
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, JSON.stringify(cell)], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  const recipe: TrainingRecipe = {
    epochs: 1,
    learningRate: 1e-5,
    weightDecay: 0.01,
    warmupRatio: 0,
    maxGradNorm: 1,
    freeze: 'none',
    evaluationsPerEpoch: 2,
    earlyStopping: null,
    seed: 1,
    ...cell.recipe,
  };
  const examples = Array.from({ length: 4 * recipe.batchSize }, (_, index) => ({
    ids: new Int32Array(cell.lengths[index % cell.lengths.length]!),
    target: new Int32Array(0),
  }));
  const { target: _, ...workload } = exampleWorkload(examples, examples, cell.task);
  const { totalBytes } = estimateTraining(blankModel(cell), recipe, {
    ...workload,
    ...(cell.stepsPerRun !== undefined && { stepsPerRun: cell.stepsPerRun }),
  });
  expect(Math.abs(totalBytes / Number(stdout) - 1)).toBeLessThan(ERROR_MAX);
});
