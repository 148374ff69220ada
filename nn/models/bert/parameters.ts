import type { Head } from '../family.js';
import { ParameterList } from '../parameters.js';
import type { BertConfig, RobertaConfig } from '../types.js';

/** Lists embeddings and layers of an encoder. `positions` is the number of rows of its position table. */
export function encoderParameters(
  config: BertConfig | RobertaConfig,
  prefix: string,
  positions: number,
): ParameterList {
  const { hiddenSize, intermediateSize } = config;
  const list = new ParameterList();
  const embeddings = `${prefix}.embeddings`;
  list.weight(`${embeddings}.word_embeddings.weight`, [config.vocabularySize, hiddenSize]);
  list.weight(`${embeddings}.position_embeddings.weight`, [positions, hiddenSize]);
  list.weight(`${embeddings}.token_type_embeddings.weight`, [config.typeVocabularySize, hiddenSize]);
  list.norm(`${embeddings}.LayerNorm`, hiddenSize);
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = `${prefix}.encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value'])
      list.linear(`${at}.attention.self.${part}`, hiddenSize, hiddenSize);
    list.linear(`${at}.attention.output.dense`, hiddenSize, hiddenSize);
    list.norm(`${at}.attention.output.LayerNorm`, hiddenSize);
    list.linear(`${at}.intermediate.dense`, hiddenSize, intermediateSize);
    list.linear(`${at}.output.dense`, intermediateSize, hiddenSize);
    list.norm(`${at}.output.LayerNorm`, hiddenSize);
  }
  return list;
}

/** Adds the heads that all encoders name alike. */
export function tokenHeadParameters(list: ParameterList, hiddenSize: number, { task, labels }: Head): void {
  list.presence('replaceable');
  if (task === 'token-classification') list.linear('classifier', hiddenSize, labels);
  if (task === 'question-answering') list.linear('qa_outputs', hiddenSize, 2);
}

/** The layer of a parameter of an encoder. */
export function encoderDepth({ layers }: BertConfig | RobertaConfig, prefix: string, name: string): number {
  if (name.startsWith(`${prefix}.embeddings.`)) return 0;
  const layer = name.startsWith(`${prefix}.encoder.layer.`) ? name.split('.')[3] : undefined;
  return layer === undefined ? layers + 1 : Number(layer) + 1;
}
