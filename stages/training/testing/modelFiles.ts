import { readdirSync, readFileSync } from 'node:fs';
import { type Tensor, writeSafetensors } from '../../../nn/index.js';
import { tinyModel } from './tinyModel.js';

const golden = (path: string): Buffer =>
  readFileSync(new URL(`../../../nn/goldens/${path}`, import.meta.url));

type Files = Record<string, Buffer>;

/** GPT-2 in bfloat16 in four shards, written by transformers (nn/goldens/sharded-checkpoint). */
export const shardedModel = (): Files => {
  const folder = 'sharded-checkpoint/bfloat16';
  const names = readdirSync(new URL(`../../../nn/goldens/${folder}`, import.meta.url));
  const shards = names.filter((name) => /^model.*\.(safetensors|json)$/.test(name));
  return {
    'config.json': Buffer.from(
      JSON.stringify({
        model_type: 'gpt2',
        vocab_size: 61,
        n_positions: 16,
        n_embd: 24,
        n_layer: 2,
        n_head: 2,
      }),
    ),
    'tokenizer.json': tinyModel()['tokenizer.json'],
    ...Object.fromEntries(shards.map((name) => [name, golden(`${folder}/${name}`)])),
  };
};

/** A LLaMA in Q4 to Q8 blocks with its own vocabulary, written by gguf (nn/goldens/gguf-llama). */
export const ggufFile = (name: 'sentence-piece' | 'byte-level' = 'sentence-piece'): Buffer =>
  golden(`gguf-llama/${name}.gguf`);

/** A shard with other tensors in it. */
export const shardOf = (tensors: ReadonlyMap<string, Tensor>): Buffer =>
  Buffer.from(writeSafetensors(tensors, { format: 'pt' }));
