import { IDS_MAX, invalid, type Json, natural, record, text } from './fields.js';

/** Ids by token, of the model alone and with the added tokens. */
export type Vocabulary = ReadonlyMap<string, number>;

/** A vocabulary `{ token: id }`: every id once. Gaps are allowed, real files have them. */
export function readVocabulary(value: unknown): Vocabulary {
  const vocabulary = new Map<string, number>();
  const taken = new Set<number>();
  for (const [token, id] of Object.entries(record(value, 'model.vocab'))) {
    text(token, 'a token');
    natural(id, IDS_MAX, `the id of ${JSON.stringify(token)}`);
    if (taken.has(id as number)) throw invalid(`two tokens have the id ${id}`);
    taken.add(id as number);
    vocabulary.set(token, id as number);
  }
  if (vocabulary.size === 0) throw invalid('its vocabulary is empty');
  return vocabulary;
}

/** The added tokens on top of the model's `vocabulary`. Each has the id that the model has for it, or a free one. */
export function withAddedTokens(vocabulary: Vocabulary, added: readonly Json[]): Vocabulary {
  const all = new Map(vocabulary);
  const tokens = new Map([...vocabulary].map(([token, id]) => [id, token]));
  for (const { content, id } of added) {
    const token = text(content, 'an added token');
    if (token === '') throw invalid('an added token is empty');
    natural(id, IDS_MAX, `the id of ${JSON.stringify(token)}`);
    const [expected, holder] = [all.get(token), tokens.get(id as number)];
    if ((expected ?? id) !== id || (holder ?? token) !== token) {
      throw invalid(`the added token ${JSON.stringify(token)} has the id ${id} of another token, or two`);
    }
    all.set(token, id as number);
    tokens.set(id as number, token);
  }
  return all;
}
