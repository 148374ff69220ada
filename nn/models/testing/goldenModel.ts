import { readFileSync } from 'node:fs';
import type { Tensor } from '../../tensor.js';
import { readSafetensors } from '../../weights/index.js';
import { buildModel, taskOf } from '../buildModel.js';
import type { Model } from '../types.js';

export const GOLDEN_MODELS = [
  'gpt2-causal-lm',
  'llama-causal-lm',
  't5-gated-gelu-seq2seq',
  't5-seq2seq',
] as const;
export type GoldenModel = (typeof GOLDEN_MODELS)[number];

interface GoldenCase {
  readonly model: Model;
  /** `input_ids` and `attention_mask` of the reference case. */
  readonly inputs: Readonly<Record<'input_ids' | 'attention_mask', Tensor>>;
  /** Row 0 continued by 12 tokens, as `transformers` does it. */
  readonly greedy: readonly number[];
}

export function goldenCase(name: GoldenModel): GoldenCase {
  const read = (file: string) => readFileSync(new URL(`../../goldens/${name}/${file}`, import.meta.url));
  const json = (file: string) => JSON.parse(read(file).toString()) as Record<string, unknown>;
  const configJson = json('config.json');
  const weights = readSafetensors(read('model.safetensors'));
  const reference = readSafetensors(read('case.safetensors'));
  return {
    model: buildModel({ configJson, weights, task: taskOf(configJson), seed: 1 }),
    inputs: { input_ids: reference.get('input_ids')!, attention_mask: reference.get('attention_mask')! },
    greedy: json('expected.json')['greedy_12_tokens_of_row_0'] as number[],
  };
}

/** Row `row` of a golden's `input_ids`, without its padding. */
export function promptOf({ inputs }: GoldenCase, row: number): Int32Array {
  const [ids, mask] = [inputs.input_ids, inputs.attention_mask];
  const length = ids.dims[1]!;
  const at = Array.from({ length }, (_, column) => row * length + column);
  return Int32Array.from(
    at.filter((index) => Number(mask.data[index]) === 1),
    (index) => Number(ids.data[index]),
  );
}
