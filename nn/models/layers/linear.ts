import { float, int } from '../../graph/attributes.js';
import type { GraphBuilder } from '../../ops/builder.js';

/** x W^T + b for x [rows, in] and a Hugging Face weight [out, in]. */
export function linear(builder: GraphBuilder, x: string, name: string): string {
  const y = builder.emit('Gemm-13', [x, `${name}.weight`, `${name}.bias`], { transB: int(1) });
  return hooked(builder, name, x, y);
}

/** scale x W^T + b for x [rows, in] and a weight [out, in] under its own name. */
export function project(
  builder: GraphBuilder,
  x: string,
  weight: string,
  { scale = 1, bias }: { readonly scale?: number; readonly bias?: string } = {},
): string {
  const y = builder.emit('Gemm-13', bias === undefined ? [x, weight] : [x, weight, bias], {
    transB: int(1),
    ...(scale === 1 ? {} : { alpha: float(scale) }),
  });
  // Only a tied output is scaled, and its weight is a look-up table, which nothing adapts.
  return scale === 1 ? hooked(builder, weight.replace(/\.weight$/, ''), x, y) : y;
}

/** x W + b for x [rows, in] and a weight [in, out], which GPT-2 stores as its convolution of width 1 had it. */
export function conv1d(builder: GraphBuilder, x: string, name: string): string {
  const y = builder.emit('Gemm-13', [x, `${name}.weight`, `${name}.bias`]);
  return hooked(builder, name, x, y);
}

function hooked(builder: GraphBuilder, module: string, x: string, y: string): string {
  return builder.linearHook?.(builder, { module, x, y }) ?? y;
}
