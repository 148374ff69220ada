import { NnError } from '../errors.js';
import type { LossOptions } from '../models/tasks.js';
import type { Model, Task } from '../models/types.js';
import type { Example, ExampleSet } from './example.js';
import { taskTraining } from './tasks/index.js';

/**
 * Verifies that a model can learn from the examples, so that the graph runtime never meets an index out of range.
 * Throws LABEL_UNKNOWN for a target outside the labels or the vocabulary, TOKENIZER_INVALID for ids outside the
 * vocabulary, SHAPE_MISMATCH for an empty or overlong text or a target of another length.
 */
export function createExampleSet(examples: readonly Example[], model: Model, loss?: LossOptions): ExampleSet {
  const { requireTarget, companions: companionCount } = taskTraining(model.task);
  const count = companionCount(loss);
  examples.forEach((example, index) => {
    const { ids, companions = [] } = example;
    if (companions.length !== count) {
      throw new NnError(
        'SHAPE_MISMATCH',
        `example ${index} has ${companions.length} companions; ${model.task} with this loss needs ${count}`,
      );
    }
    for (const text of [ids, ...companions]) requireReadable(text, index, model);
    requireTarget(example, index, model);
  });
  return asColumns(examples);
}

/** Examples that are known to fit a model. */
export function asColumns(examples: readonly Example[]): ExampleSet {
  return {
    texts: examples.map(({ ids }) => ids),
    targets: examples.map(({ target }) => target),
    companions: examples.map(({ companions = [] }) => companions),
  };
}

/** Tokens that an example costs about; what batches of similar length are made by. */
export function lengthsOf({ texts, targets, companions }: ExampleSet): Int32Array {
  return Int32Array.from(texts, ({ length }, at) =>
    Math.max(length, targets[at]!.length, ...companions[at]!.map((text) => text.length)),
  );
}

/** Tokens that an example takes in a row: of what is read and, where a decoder writes, of what is written. */
export function rowLengthsOf({ texts, targets, companions }: ExampleSet, task: Task): Int32Array[] {
  const read = Int32Array.from(texts, ({ length }, at) =>
    companions[at]!.reduce((sum, text) => sum + text.length, length),
  );
  return task === 'seq2seq-lm' ? [read, Int32Array.from(targets, ({ length }) => length)] : [read];
}

function requireReadable(ids: Int32Array, index: number, { config }: Model): void {
  if (ids.length === 0 || ids.length > config.maxPositions) {
    throw new NnError(
      'SHAPE_MISMATCH',
      `example ${index} has ${ids.length} tokens; the model takes 1 to ${config.maxPositions}, truncate the texts`,
    );
  }
  if (ids.some((id) => id < 0 || id >= config.vocabularySize)) {
    throw new NnError(
      'TOKENIZER_INVALID',
      `example ${index} has a token outside the model's vocabulary of ${config.vocabularySize}; use the model's own tokenizer`,
    );
  }
}
