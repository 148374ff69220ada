import { createHash, type Hash } from 'node:crypto';
import type { Model } from '../models/types.js';
import type { ExampleSet } from './example.js';
import type { TrainingRecipe } from './recipe.js';

/**
 * SHA-256 of everything that decides a run's weights: recipe, task, architecture, labels, initial weights, examples
 * and their order. The number of threads is left out, so that a run may move to another machine.
 */
export function runFingerprint(
  model: Model,
  recipe: TrainingRecipe,
  train: ExampleSet,
  validation: ExampleSet,
): string {
  const hash = createHash('sha256');
  hash.update(canonicalJson([recipe, model.task, model.config, model.labels]));
  for (const [name, { dims, data }] of model.parameters) {
    hash.update(JSON.stringify([name, dims]));
    hash.update(bytesOf(data));
  }
  addExamples(hash, train);
  addExamples(hash, validation);
  return hash.digest('hex');
}

function addExamples(hash: Hash, { texts, targets, companions }: ExampleSet): void {
  for (const rows of [texts, targets, companions.flat()]) {
    hash.update(`${rows.length};`);
    for (const row of rows) {
      hash.update(`${row.length};`);
      hash.update(bytesOf(row));
    }
  }
}

/** JSON with the keys of every object sorted. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
