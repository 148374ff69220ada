import { float } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';

/** Layer normalisation with the gain and shift of `name`. */
export function layerNorm(builder: GraphBuilder, x: string, name: string, epsilon: number): string {
  return builder.emit('LayerNormalization-17', [x, `${name}.weight`, `${name}.bias`], {
    epsilon: float(epsilon),
  });
}

/** g x / sqrt(mean(x^2) + epsilon) by rows (Zhang and Sennrich, 2019); `gain` is the name of g. */
export function rmsNorm(builder: GraphBuilder, x: string, gain: string, epsilon: number): string {
  const width = Number(builder.type(x).shape.at(-1));
  const squares = builder.emit('ReduceSum-13', [builder.emit('Mul-14', [x, x]), builder.indices([-1])]);
  const mean = builder.emit('Mul-14', [squares, builder.scalar(1 / width)]);
  const deviation = builder.emit('Sqrt-13', [builder.emit('Add-14', [mean, builder.scalar(epsilon)])]);
  return builder.emit('Mul-14', [builder.emit('Div-14', [x, deviation]), gain]);
}

/** x / max(|x|, 1e-12) by rows, as torch.nn.functional.normalize. */
export function unitRows(builder: GraphBuilder, x: string): string {
  const squares = builder.emit('Mul-14', [x, x]);
  const length = builder.emit('Sqrt-13', [builder.emit('ReduceSum-13', [squares, builder.indices([1])])]);
  return builder.emit('Div-14', [x, builder.emit('Max-13', [length, builder.scalar(1e-12)])]);
}
