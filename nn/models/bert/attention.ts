import { float, int, ints } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';
import type { BertConfig } from '../types.js';
import type { BatchShape } from './inputs.js';
import { linear } from './layers.js';

/** `standard` uses ONNX operators only; `fused` the matrix product of ONNX Runtime that transposes and scales. */
export type AttentionForm = 'standard' | 'fused';

export interface AttentionInput {
  /** [rows, hidden]: batch*sequence rows, or batch where `firstOnly`. */
  readonly queries: string;
  /** [batch*sequence, hidden]. */
  readonly keys: string;
  readonly firstOnly: boolean;
  /** Added to the scores, [batch, 1, 1, sequence]. */
  readonly bias: string;
  readonly shape: BatchShape;
}

/**
 * Multi-head self-attention (Vaswani et al., 2017) of layer `at`, before its output projection:
 * [rows of queries, hidden].
 */
export function attend(
  builder: GraphBuilder,
  config: BertConfig,
  at: string,
  { queries, keys, firstOnly, bias, shape }: AttentionInput,
  form: AttentionForm,
): string {
  const width = config.hiddenSize / config.heads;
  const split = builder.indices([config.heads, width]);
  const everyToken = builder.emit('Concat-13', [shape.tokens, split], { axis: int(0) });
  const oneToken = builder.emit('Concat-13', [shape.batch, builder.indices([1, config.heads, width])], {
    axis: int(0),
  });
  const heads = (rows: string, part: string, target: string, order: readonly number[]) => {
    const projected = linear(builder, rows, `${at}.attention.self.${part}`);
    return builder.emit('Transpose-13', [builder.emit('Reshape-19', [projected, target])], {
      perm: ints(order),
    });
  };
  const q = heads(queries, 'query', firstOnly ? oneToken : everyToken, [0, 2, 1, 3]);
  const v = heads(keys, 'value', everyToken, [0, 2, 1, 3]);
  const scale = 1 / Math.sqrt(width);
  const scores =
    form === 'fused'
      ? builder.emit('com.microsoft.FusedMatMul-1', [q, heads(keys, 'key', everyToken, [0, 2, 1, 3])], {
          transB: int(1),
          alpha: float(scale),
        })
      : builder.emit('Mul-14', [
          builder.emit('MatMul-13', [q, heads(keys, 'key', everyToken, [0, 2, 3, 1])]),
          builder.scalar(scale),
        ]);
  const weights = builder.emit('Softmax-13', [builder.emit('Add-14', [scores, bias])], { axis: int(-1) });
  const context = builder.emit('MatMul-13', [weights, v]);
  const merged = builder.emit('Transpose-13', [context], { perm: ints([0, 2, 1, 3]) });
  return builder.emit('Reshape-19', [merged, builder.indices([-1, config.hiddenSize])]);
}
