import { createLora, type LoraAdapter, loraDefaults, mergeLora } from '../adapters/index.js';
import { isTrainable } from '../models/freezing.js';
import type { Model } from '../models/types.js';
import type { Tensor } from '../tensor.js';
import type { TrainingRecipe } from './recipe.js';

/** What a run trains of a model: its own parameters that are not frozen, or a LoRA adapter in their place. */
export interface TrainedPart {
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly adapter: LoraAdapter | undefined;
  /** Whether a parameter of the model itself is trained. */
  readonly trainable: (name: string) => boolean;
  /** All of the model's parameters with the trained ones in. */
  readonly merge: (trained: ReadonlyMap<string, Tensor>) => Map<string, Tensor>;
}

/** Throws what `createLora` throws. */
export function trainedPart(model: Model, { freeze, lora, seed }: TrainingRecipe): TrainedPart {
  if (lora) {
    const adapter = createLora(model.parameters, { ...loraDefaults(model), ...lora }, seed);
    return {
      parameters: adapter.parameters,
      adapter,
      trainable: () => false,
      merge: (parameters) => mergeLora(model.parameters, { ...adapter, parameters }),
    };
  }
  const trainable = (name: string) => isTrainable(model, freeze, name);
  return {
    parameters: new Map([...model.parameters].filter(([name]) => trainable(name))),
    adapter: undefined,
    trainable,
    merge: (trained) =>
      new Map([...model.parameters].map(([name, tensor]) => [name, trained.get(name) ?? tensor])),
  };
}
