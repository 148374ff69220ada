import type { Runner } from '../../exec/runner.js';
import { float32Data, int64Tensor, type Tensor } from '../../tensor.js';
import type { ModelConfig } from '../types.js';

/**
 * Row 0 of `inputs` continued by the most likely token until there are `length`, each token by a whole forward run. A
 * seq2seq model starts from its start token instead and reads row 0 with its encoder.
 */
export async function greedyTokens(
  runner: Runner,
  config: ModelConfig,
  inputs: Readonly<Record<'input_ids' | 'attention_mask', Tensor>>,
  length: number,
): Promise<number[]> {
  const encoded = { input_ids: firstRow(inputs.input_ids), attention_mask: firstRow(inputs.attention_mask) };
  const tokens = config.modelType === 't5' ? [config.decoderStartId] : rowValues(encoded.input_ids);
  while (tokens.length < length) {
    const ids = int64Tensor([1, tokens.length], BigInt64Array.from(tokens, BigInt));
    const ones = int64Tensor([1, tokens.length], new BigInt64Array(tokens.length).fill(1n));
    const feeds =
      config.modelType === 't5'
        ? { ...encoded, decoder_input_ids: ids }
        : { input_ids: ids, attention_mask: ones };
    const { logits } = await runner.run(feeds, { logits: null });
    const scores = float32Data(logits!).subarray(-config.vocabularySize);
    tokens.push(scores.reduce((best, score, token) => (score > scores[best]! ? token : best), 0));
  }
  return tokens;
}

function firstRow({ dims, data }: Tensor): Tensor {
  return int64Tensor([1, dims[1]!], (data as BigInt64Array).slice(0, dims[1]));
}

function rowValues({ data }: Tensor): number[] {
  return Array.from(data as BigInt64Array, Number);
}
