import { familyOfType } from './families.js';
import type { Model } from './types.js';

/**
 * The share of the learning rate for a parameter: 1 for the head and what follows the last layer, `decay` for the last
 * layer, and so on down to `decay^(layers + 1)` for the embeddings (Clark et al. 2020, as Bao et al. 2022 count). Encoder
 * and decoder of T5 count alike.
 */
export function layerwiseScale(
  { modelType, config }: Pick<Model, 'modelType' | 'config'>,
  name: string,
  decay: number,
): number {
  const layers = config.modelType === 't5' ? Math.max(config.layers, config.decoderLayers) : config.layers;
  return decay ** (layers + 1 - familyOfType(modelType).depthOf(config, name));
}
