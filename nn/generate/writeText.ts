import { NnError } from '../errors.js';
import type { Decoder } from './decoder.js';
import type { WritingOptions } from './options.js';
import { searchBeams } from './searchBeams.js';
import { StopStrings } from './stopStrings.js';
import { type Detokenize, TextPieces } from './textPieces.js';
import { type WrittenToken, writeTokens } from './writeTokens.js';

export interface TextOptions extends WritingOptions {
  readonly detokenize: Detokenize;
  /** Strings that end the text and are no part of it. */
  readonly stopStrings?: readonly string[];
}

export interface WrittenText {
  /** `stop` after a stop token or string, `length` where there was no room for more. */
  readonly end: 'stop' | 'length';
  /** Every token written, the one that ended the text included. */
  readonly ids: Int32Array;
}

/**
 * Continues one prompt as pieces of text that never cut a character or hold a part of a stop string. With beam search
 * the pieces come when the best text is found. Throws REQUEST_INVALID, CANCELLED.
 */
export async function* writeText(
  decoder: Decoder,
  prompt: Int32Array,
  { detokenize, stopStrings = [], ...options }: TextOptions,
): AsyncGenerator<string, WrittenText> {
  if (stopStrings.includes('')) throw new NnError('REQUEST_INVALID', 'a stop string must not be empty');
  const pieces = new TextPieces(detokenize);
  const stops = new StopStrings(stopStrings);
  const ids: number[] = [];
  let end: WrittenText['end'] = 'length';
  for await (const token of tokensOf(decoder, prompt, options)) {
    ids.push(token.id);
    if (token.end === 'stop') {
      end = 'stop';
      break;
    }
    const text = stops.push(await pieces.push(token.id));
    if (text !== '') yield text;
    if (stops.stopped) break;
  }
  const rest = stops.push(await pieces.finish()) + stops.finish();
  if (rest !== '') yield rest;
  return { end: stops.stopped ? 'stop' : end, ids: Int32Array.from(ids) };
}

async function* tokensOf(
  decoder: Decoder,
  prompt: Int32Array,
  options: WritingOptions,
): AsyncGenerator<Pick<WrittenToken, 'id' | 'end'>, void> {
  const { strategy = { kind: 'greedy' }, stopIds = [] } = options;
  if (strategy.kind !== 'beam') {
    for await (const step of writeTokens(decoder, [prompt], { ...options, strategy })) yield* step;
    return;
  }
  const [beams] = await searchBeams(decoder, [prompt], { ...options, strategy });
  const { ids, begun } = beams![0]!;
  for (const id of ids.slice(begun)) yield { id, ...(stopIds.includes(id) ? { end: 'stop' } : {}) };
}
