import { NnError } from '../errors.js';

export interface LayerwiseDecay {
  /** Layers of the model; of each stack for an encoder with a decoder. */
  readonly layers: number;
  /** Factor from one layer to the one below it, in (0, 1]. */
  readonly decay: number;
}

/** The token, position and type tables of BERT, RoBERTa, GPT-2, LLaMA and T5, and BERT's norm after them. */
const EMBEDDING = /(?:^|\.)(?:embeddings|wte|wpe|embed_tokens|shared)\./;
/** The number of a layer in the same families' names. */
const LAYER = /(?:^|\.)(?:layer|h|layers|block)\.(\d+)\./;

/**
 * The share of the learning rate for a parameter of a Hugging Face name: 1 for the head and what follows the last
 * layer, `decay` for the last layer, and so on down to `decay^(layers + 1)` for the embeddings (Clark et al. 2020, as
 * Bao et al. 2022 count). Encoder and decoder of T5 count alike. Throws SHAPE_MISMATCH for a layer that is not there.
 */
export function layerwiseScale(name: string, { layers, decay }: LayerwiseDecay): number {
  const layer = LAYER.exec(name)?.[1];
  if (layer === undefined) return EMBEDDING.test(name) ? decay ** (layers + 1) : 1;
  if (Number(layer) >= layers) {
    throw new NnError('SHAPE_MISMATCH', `'${name}' is in layer ${layer} of a model of ${layers} layers`);
  }
  return decay ** (layers - Number(layer));
}
