import { releaseMemory } from '../exec/releaseMemory.js';
import type { Model } from '../models/types.js';
import type { ParameterArena } from '../optim/index.js';
import type { Tensor, TensorData } from '../tensor.js';

/**
 * The model with its trained parameters where the optimiser has them, in its arena. With `releasing` the arrays that
 * held them are freed: neither they nor other views on their buffers may be used again. Frozen parameters that
 * lie in the same buffers, as those of one file do, are copied first.
 */
export function arenaModel(model: Model, arena: ParameterArena, releasing: boolean): Model {
  const trained = arena.region('weights');
  const replaced = [...model.parameters].filter(([name]) => trained.has(name)).map(([, { data }]) => data);
  const freed = new Set(releasing ? replaced.map(({ buffer }) => buffer) : []);
  const kept = ({ dtype, dims, data }: Tensor): Tensor => ({
    dtype,
    dims,
    data: freed.has(data.buffer) ? (data.slice() as TensorData) : data,
  });
  const parameters = new Map(
    [...model.parameters].map(([name, tensor]) => [name, trained.get(name) ?? kept(tensor)]),
  );
  if (releasing) releaseMemory(replaced);
  return { ...model, parameters };
}
