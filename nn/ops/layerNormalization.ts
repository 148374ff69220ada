import { normalization } from './normalization.js';

/** g (x - mean) / sqrt(variance + epsilon) + b (Ba, Kiros and Hinton, 2016). */
export const layerNormalization = normalization({ op: 'LayerNormalization-17', centred: true });
