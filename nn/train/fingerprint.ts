import { createHash, type Hash } from 'node:crypto';
import type { Classifier } from '../models/types.js';
import type { ExampleSet } from './examples.js';
import type { TrainingRecipe } from './recipe.js';

/**
 * SHA-256 of everything that decides a run's weights: recipe, architecture, labels, initial weights, examples and
 * their order. The number of threads is left out, so that a run may move to another machine.
 */
export function runFingerprint(
  classifier: Classifier,
  recipe: TrainingRecipe,
  train: ExampleSet,
  validation: ExampleSet,
): string {
  const hash = createHash('sha256');
  hash.update(canonicalJson([recipe, classifier.config, classifier.labels]));
  for (const [name, { dims, data }] of classifier.parameters) {
    hash.update(JSON.stringify([name, dims]));
    hash.update(bytesOf(data));
  }
  addExamples(hash, train);
  addExamples(hash, validation);
  return hash.digest('hex');
}

function addExamples(hash: Hash, { sequences, labels }: ExampleSet): void {
  hash.update(`${sequences.length};`);
  hash.update(bytesOf(labels));
  for (const ids of sequences) {
    hash.update(`${ids.length};`);
    hash.update(bytesOf(ids));
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
