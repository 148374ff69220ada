// Trains, exports and runs a random LLaMA whose weights are more than an ONNX file or one read can hold, and prints
// times and the peak of memory: npm run build && node bench/largeModel.mjs [LAYERS] [STEPS] [FOLDER]
// With 11 layers (the default) it has 2.2 GB and takes some 12 GB of memory.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildModel,
  countCheckpointParameters,
  Random,
  readCheckpointFolder,
  startPrediction,
  startTraining,
  writeCheckpointFolder,
  writeOnnxFile,
} from '../dist/nn/index.js';

const [layers = '11', steps = '3', folder = join(tmpdir(), 'plumbline-large')] = process.argv.slice(2);
const configJson = {
  model_type: 'llama',
  hidden_act: 'silu',
  vocab_size: 32_000,
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: Number(layers),
  num_attention_heads: 32,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  pad_token_id: 0,
};
const labels = ['a', 'b'];

const peakGb = () =>
  (Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1e6).toFixed(1);
const timed = async (what, work) => {
  const startedMs = performance.now();
  const result = await work();
  console.log(
    `${what}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s, peak so far ${peakGb()} GB`,
  );
  return result;
};

function writeRandomCheckpoint() {
  const random = new Random(1);
  const noise = Float32Array.from({ length: 1 << 20 }, () => (random.uniform() - 0.5) * 0.07);
  const tensor = (...dims) => {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let at = 0; at < data.length; at += noise.length) data.set(noise.subarray(0, data.length - at), at);
    return { dtype: 'float32', dims, data };
  };
  const ones = () => ({ dtype: 'float32', dims: [2048], data: new Float32Array(2048).fill(1) });
  const tensors = new Map([['model.embed_tokens.weight', tensor(32_000, 2048)]]);
  for (let layer = 0; layer < Number(layers); layer++) {
    const at = `model.layers.${layer}`;
    tensors.set(`${at}.self_attn.q_proj.weight`, tensor(2048, 2048));
    tensors.set(`${at}.self_attn.k_proj.weight`, tensor(256, 2048));
    tensors.set(`${at}.self_attn.v_proj.weight`, tensor(256, 2048));
    tensors.set(`${at}.self_attn.o_proj.weight`, tensor(2048, 2048));
    tensors.set(`${at}.mlp.gate_proj.weight`, tensor(5632, 2048));
    tensors.set(`${at}.mlp.up_proj.weight`, tensor(5632, 2048));
    tensors.set(`${at}.mlp.down_proj.weight`, tensor(2048, 5632));
    tensors.set(`${at}.input_layernorm.weight`, ones());
    tensors.set(`${at}.post_attention_layernorm.weight`, ones());
  }
  tensors.set('model.norm.weight', ones());
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configJson));
  writeCheckpointFolder(folder, tensors, 1_000_000_000);
}

const examples = (count) =>
  Array.from({ length: count }, (_, index) => ({
    ids: Int32Array.from({ length: 16 }, (_, at) => 10 + ((index * 37 + at * 11) % 31_000)),
    target: Int32Array.of(index % 2),
  }));

const [part] = process.argv.slice(5);
if (part === undefined) {
  // One process a part, so that each peak is its own.
  const { spawnSync } = await import('node:child_process');
  for (const each of ['write', 'train', 'export']) {
    const { status } = spawnSync(process.execPath, [process.argv[1], layers, steps, folder, each], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(1);
  }
  rmSync(folder, { recursive: true });
} else if (part === 'write') {
  await timed('write a checkpoint in shards', writeRandomCheckpoint);
} else if (part === 'train') {
  const parameters = await timed('count its parameters', () => countCheckpointParameters(folder));
  console.log(`${parameters} parameters, ${(parameters * 4) / 1e9} GB in float32`);
  const losses = [];
  const result = await timed(
    `train a LoRA adapter for ${steps} steps, with one evaluation, and merge it`,
    () =>
      startTraining({
        configJson,
        weights: folder,
        task: 'sequence-classification',
        labels,
        train: examples(4 * Number(steps)),
        validation: examples(4),
        recipe: {
          epochs: 1,
          batchSize: 4,
          learningRate: 1e-3,
          weightDecay: 0,
          warmupRatio: 0,
          maxGradNorm: 1,
          freeze: 'none',
          lora: { rank: 8, alpha: 16 },
          evaluationsPerEpoch: 1,
          earlyStopping: null,
          seed: 1,
        },
        threads: 2,
        onProgress: ({ step, loss }) => losses.push(`${step}: ${loss.toFixed(4)}`),
      }).result,
  );
  console.log(
    `losses ${losses.join(', ')}; ${result.weights.size} tensors, adapter of ${result.adapter.parameters.size}`,
  );
} else {
  const model = await timed('build the classifier', () =>
    buildModel({
      configJson,
      weights: readCheckpointFolder(folder),
      task: 'sequence-classification',
      labels,
      seed: 1,
    }),
  );
  const path = join(folder, 'onnx', 'model.onnx');
  await timed('export it with its weights beside it', () => writeOnnxFile(path, model));
  for (const name of readdirSync(join(folder, 'onnx')))
    console.log(`${name}: ${statSync(join(folder, 'onnx', name)).size} bytes`);
  const sequences = examples(4).map(({ ids }) => ids);
  const { probabilities } = await timed(
    'load the export by its path and score four texts',
    () => startPrediction({ model: path, sequences, batchSize: 4, threads: 2 }).result,
  );
  console.log(`probabilities ${[...probabilities].map((value) => value.toFixed(4)).join(' ')}`);
  if (!existsSync(path) || probabilities.some((value) => !Number.isFinite(value))) process.exit(1);
}
