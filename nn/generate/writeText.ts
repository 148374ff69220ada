import type { Decoder } from './decoder.js';
import { GrowingText, type TextSettings, type WrittenText } from './growingText.js';
import type { WritingOptions } from './options.js';
import { searchBeams } from './searchBeams.js';
import { type WrittenToken, writeTokens } from './writeTokens.js';

export interface TextOptions extends WritingOptions, TextSettings {}

/**
 * Continues one prompt as pieces of text that never cut a character or hold a part of a stop string. With beam search
 * the pieces come when the best text is found. Throws REQUEST_INVALID, CANCELLED.
 */
export async function* writeText(
  decoder: Decoder,
  prompt: Int32Array,
  { tokenizer, stopStrings = [], ...options }: TextOptions,
): AsyncGenerator<string, WrittenText> {
  const text = new GrowingText({ tokenizer, stopStrings });
  for await (const token of tokensOf(decoder, prompt, options)) {
    const piece = await text.push(token);
    if (piece !== '') yield piece;
    if (text.stopped) break;
  }
  const rest = await text.finish();
  if (rest !== '') yield rest;
  return text.written;
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
  yield* tokensOfBeam(beams![0]!, stopIds);
}

/** What a beam search wrote, as if it had come token by token. */
export function* tokensOfBeam(
  { ids, begun }: { readonly ids: readonly number[]; readonly begun: number },
  stopIds: readonly number[],
): Generator<Pick<WrittenToken, 'id' | 'end'>, void> {
  for (const id of ids.slice(begun)) yield { id, ...(stopIds.includes(id) ? { end: 'stop' } : {}) };
}
