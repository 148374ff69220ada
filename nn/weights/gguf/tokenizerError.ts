import { NnError } from '../../errors.js';

export function invalid(found: string): NnError {
  return new NnError(
    'TOKENIZER_INVALID',
    `no tokenizer.json can be made of this GGUF file: ${found}; take the one that belongs to the model`,
  );
}
