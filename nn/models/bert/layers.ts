import { float, int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { BertConfig } from '../types.js';

/** x W^T + b for x [rows, in] and a Hugging Face weight [out, in]. */
export function linear(builder: GraphBuilder, x: string, name: string): string {
  return builder.emit('Gemm-13', [x, `${name}.weight`, `${name}.bias`], { transB: int(1) });
}

export function norm(builder: GraphBuilder, config: BertConfig, x: string, name: string): string {
  return builder.emit('LayerNormalization-17', [x, `${name}.weight`, `${name}.bias`], {
    epsilon: float(config.layerNormEpsilon),
  });
}
