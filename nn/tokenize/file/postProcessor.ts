import { IDS_MAX, invalid, type Json, list, natural, oneOf, record, text } from './fields.js';
import { components } from './sequence.js';
import type { Vocabulary } from './vocabulary.js';

const TYPES = ['BertProcessing', 'ByteLevel', 'RobertaProcessing', 'TemplateProcessing'] as const;
const TEMPLATE_LENGTH_MAX = 64;

/** Verifies what is put around texts: every special token is defined, every sequence stands once where it should. */
export function checkPostProcessor(value: unknown, vocabulary: Vocabulary): void {
  const parts = components(value, 'processors', 'post_processor');
  for (const part of parts) {
    switch (oneOf(part['type'], TYPES, 'post_processor.type')) {
      case 'BertProcessing':
      case 'RobertaProcessing':
        for (const end of ['sep', 'cls']) checkToken(part[end], vocabulary);
        break;
      case 'TemplateProcessing':
        checkTemplate(part, vocabulary);
        break;
      case 'ByteLevel':
        break;
    }
  }
  // A second one would get the pieces of the first, not one or two texts.
  if (parts.filter(({ type }) => type !== 'ByteLevel').length > 1) {
    throw invalid('its post_processor puts special tokens around a text more than once');
  }
}

function checkTemplate({ single, pair, special_tokens: special }: Json, vocabulary: Vocabulary): void {
  const tokens = record(special, 'post_processor.special_tokens');
  for (const [name, token] of Object.entries(tokens)) {
    const { ids, tokens: names } = record(token, `the special token ${JSON.stringify(name)}`);
    const [idList, nameList] = [list(ids, 'its ids'), list(names, 'its tokens')];
    if (idList.length !== nameList.length || idList.length > TEMPLATE_LENGTH_MAX) {
      throw invalid(`the special token ${JSON.stringify(name)} has ${idList.length} ids`);
    }
    nameList.forEach((tokenName, i) => {
      checkToken([tokenName, idList[i]], vocabulary);
    });
  }
  checkPieces(single, ['A'], tokens);
  checkPieces(pair, ['A', 'B'], tokens);
}

function checkPieces(value: unknown, sequences: readonly string[], tokens: Json): void {
  const pieces = list(value, 'a template');
  if (pieces.length > TEMPLATE_LENGTH_MAX) throw invalid(`a template has ${pieces.length} pieces`);
  const found: unknown[] = [];
  for (const piece of pieces) {
    const { SpecialToken: token, Sequence: sequence } = record(piece, 'a piece of a template');
    const { id, type_id: type } = record(token ?? sequence, 'a piece of a template');
    natural(type, 256, 'a type_id');
    if (token === undefined) found.push(id);
    else if (!Object.hasOwn(tokens, text(id, 'a special token'))) {
      throw invalid(`its template names ${JSON.stringify(id)}, which special_tokens lacks`);
    }
  }
  if (found.join() !== sequences.join()) {
    throw invalid(`a template has the sequences ${found.join() || 'none'} instead of ${sequences.join()}`);
  }
}

function checkToken(value: unknown, vocabulary: Vocabulary): void {
  const [token, id, ...rest] = list(value, 'a special token');
  natural(id, IDS_MAX, 'the id of a special token');
  if (rest.length > 0 || vocabulary.get(text(token, 'a special token')) !== id) {
    throw invalid(`the special token ${JSON.stringify(token)} has not the id ${id} in the vocabulary`);
  }
}
