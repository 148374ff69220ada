import type { Json } from './fields.js';
import type { TokenizerFile } from './readTokenizerFile.js';

/** The id that stands for what the model has no piece of, where there is one. */
export function unknownId({ json, vocabulary }: TokenizerFile): number | undefined {
  const { unk_id: id, unk_token: token } = json['model'] as Json;
  return typeof id === 'number' ? id : vocabulary.get(token as string);
}
