import { NnError } from '../../errors.js';
import { IGNORED_LABEL } from '../../models/losses/crossEntropy.js';
import type { Model } from '../../models/types.js';
import type { Example } from '../example.js';

/** Throws LABEL_UNKNOWN for a token to write that is not in the vocabulary. */
export function requireWritable({ target }: Example, index: number, { config }: Model): void {
  const unknown = target.find((id) => id !== IGNORED_LABEL && !(id >= 0 && id < config.vocabularySize));
  if (unknown === undefined) return;
  throw new NnError(
    'LABEL_UNKNOWN',
    `example ${index} is to write token ${unknown}; the vocabulary has ${config.vocabularySize}`,
  );
}
