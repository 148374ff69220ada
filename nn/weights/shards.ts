import type { Tensor } from '../tensor.js';

/** Tensors in groups of at most `bytesMax`, in their order; a larger one by itself. There is at least one group. */
export function shardsOf(tensors: ReadonlyMap<string, Tensor>, bytesMax: number): Map<string, Tensor>[] {
  const shards = [new Map<string, Tensor>()];
  let filled = 0;
  for (const [name, tensor] of tensors) {
    if (filled > 0 && filled + tensor.data.byteLength > bytesMax) {
      shards.push(new Map());
      filled = 0;
    }
    shards.at(-1)!.set(name, tensor);
    filled += tensor.data.byteLength;
  }
  return shards;
}
