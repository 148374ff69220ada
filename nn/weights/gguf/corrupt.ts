import { NnError } from '../../errors.js';

export function corrupt(found: string): NnError {
  return new NnError('WEIGHTS_CORRUPT', `not a valid GGUF file: ${found}`);
}

export function unsupported(found: string): NnError {
  return new NnError('BASE_MODEL_UNSUPPORTED', `this GGUF file cannot be used: ${found}`);
}
