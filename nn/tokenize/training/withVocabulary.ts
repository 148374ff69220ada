import { isRecord, type Json } from '../file/fields.js';
import type { Merge } from './learnMerges.js';

/**
 * The content of a tokenizer.json with another vocabulary: `tokens` get their place as id, tokens that had been added and are not among
 * them follow, and every id that the file names elsewhere is renewed.
 */
export function withVocabulary(json: Json, tokens: readonly string[], merges: readonly Merge[]): Json {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const added = ((json['added_tokens'] ?? []) as Json[]).map((token) => {
    const content = token['content'] as string;
    const id = ids.get(content) ?? ids.size;
    ids.set(content, id);
    return { ...token, id };
  });
  const model = json['model'] as Json;
  return {
    ...json,
    added_tokens: added.sort((a, b) => a.id - b.id),
    post_processor: renewIds(json['post_processor'], ids),
    model: {
      ...model,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      ...(model['type'] === 'BPE' ? { merges } : {}),
    },
  };
}

/** The special tokens that a post-processor puts around texts. */
export function postProcessorTokens(value: unknown): string[] {
  if (!isRecord(value)) return [];
  switch (value['type']) {
    case 'Sequence':
      return (value['processors'] as unknown[]).flatMap(postProcessorTokens);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return [value['cls'], value['sep']].map((pair) => (pair as [string, number])[0]);
    case 'TemplateProcessing':
      return Object.values(value['special_tokens'] as Record<string, Json>).flatMap(
        (token) => token['tokens'] as string[],
      );
    default:
      return [];
  }
}

/** The post-processor with the new ids of its special tokens: `[token, id]` pairs, and those of templates. */
function renewIds(value: unknown, ids: ReadonlyMap<string, number>): unknown {
  if (!isRecord(value)) return value;
  const renewPair = (pair: unknown) => {
    const [token] = pair as [string, number];
    return [token, ids.get(token)];
  };
  switch (value['type']) {
    case 'Sequence':
      return { ...value, processors: (value['processors'] as unknown[]).map((part) => renewIds(part, ids)) };
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { ...value, sep: renewPair(value['sep']), cls: renewPair(value['cls']) };
    case 'TemplateProcessing': {
      const special: [string, Json][] = Object.entries(value['special_tokens'] as Record<string, Json>).map(
        ([name, token]) => {
          const names = token['tokens'] as string[];
          return [name, { ...token, ids: names.map((one) => ids.get(one)) }];
        },
      );
      return { ...value, special_tokens: Object.fromEntries(special) };
    }
    default:
      return value;
  }
}
