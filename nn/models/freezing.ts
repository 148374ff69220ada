import { familyOfType } from './families.js';
import type { Model } from './types.js';

/**
 * Which parameters keep the values of the base model: the token and position tables, or these and the lowest layers,
 * of both stacks where there are two. A tied output projection is frozen with its token table.
 */
export type Freeze = 'none' | 'embeddings' | { readonly bottomLayers: number };

/** Whether a parameter of that Hugging Face name is trained. */
export function isTrainable({ modelType, config }: Model, freeze: Freeze, parameter: string): boolean {
  if (freeze === 'none') return true;
  const frozenDepth = freeze === 'embeddings' ? 0 : freeze.bottomLayers;
  return familyOfType(modelType).depthOf(config, parameter) > frozenDepth;
}
