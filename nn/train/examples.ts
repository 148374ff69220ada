import { NnError } from '../errors.js';
import type { Classifier } from '../models/types.js';

/** One labelled text: token ids with special tokens, and an index into the classifier's labels. */
export interface Example {
  readonly ids: Int32Array;
  readonly label: number;
}

/** Examples as columns. */
export interface ExampleSet {
  readonly sequences: readonly Int32Array[];
  readonly labels: Int32Array;
}

/**
 * Verifies that a classifier can read the examples, so that the graph runtime never meets an index out of range.
 * Throws LABEL_UNKNOWN, TOKENIZER_INVALID for ids outside the vocabulary, SHAPE_MISMATCH for an empty or overlong text.
 */
export function exampleSet(examples: readonly Example[], { config, labels }: Classifier): ExampleSet {
  examples.forEach(({ ids, label }, index) => {
    if (!Number.isInteger(label) || label < 0 || label >= labels.length) {
      throw new NnError(
        'LABEL_UNKNOWN',
        `example ${index} has label ${label}; there are ${labels.length} labels`,
      );
    }
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
  });
  return {
    sequences: examples.map(({ ids }) => ids),
    labels: Int32Array.from(examples, ({ label }) => label),
  };
}
