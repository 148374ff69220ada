import type { Tensor } from '../tensor.js';
import { type ConfigFields, flag } from './configFields.js';

/**
 * Whether the output projection is the token embedding. As in `transformers`, a checkpoint that holds both with
 * different values keeps them apart, whatever its config says.
 */
export function outputIsTied(
  fields: ConfigFields,
  fallback: boolean,
  weights: ReadonlyMap<string, Tensor>,
  embedding: readonly string[],
): boolean {
  if (!flag(fields, 'tie_word_embeddings', fallback)) return false;
  const output = weights.get('lm_head.weight');
  const table = embedding.map((name) => weights.get(name)).find((tensor) => tensor !== undefined);
  return !output || !table || sameValues(output, table);
}

function sameValues({ data: left }: Tensor, { data: right }: Tensor): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}
