import { normalization } from './normalization.js';

/**
 * g x / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich, 2019): ONNX Runtime's name for RMSNormalization, which the
 * standard has from opset 23 on.
 */
export const simplifiedLayerNormalization = normalization({
  op: 'SimplifiedLayerNormalization-1',
  centred: false,
});
