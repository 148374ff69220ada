import { NnError } from '../errors.js';
import type { Decoder } from './decoder.js';
import { GrowingText, type WrittenText } from './growingText.js';
import { searchBeams } from './searchBeams.js';
import { type TextOptions, tokensOfBeam } from './writeText.js';
import { writeTokens } from './writeTokens.js';

export interface BatchOptions extends TextOptions {
  /** Prompts written at once. Default 8. */
  readonly batchSize?: number;
  /** Called with each text that is finished, in the order of finishing. */
  readonly onText?: (index: number) => void;
}

export interface WholeText extends WrittenText {
  readonly text: string;
}

/**
 * Continues many prompts; results in their order. Prompts of similar length are written together, for little padding. What is
 * drawn for a prompt depends on the seed and its index alone. Throws REQUEST_INVALID, CANCELLED.
 */
export async function writeTexts(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  options: BatchOptions,
): Promise<WholeText[]> {
  const { batchSize = 8 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new NnError('REQUEST_INVALID', `batchSize must be a whole number from 1, found ${batchSize}`);
  }
  const byLength = [...prompts.keys()].sort((a, b) => prompts[b]!.length - prompts[a]!.length || a - b);
  const texts = new Array<WholeText>(prompts.length);
  for (let start = 0; start < byLength.length; start += batchSize) {
    const batch = byLength.slice(start, start + batchSize);
    for await (const [index, text] of writeBatch(decoder, prompts, batch, options)) {
      texts[index] = text;
      options.onText?.(index);
    }
  }
  return texts;
}

/** The texts of one batch with the index of their prompt, as they are finished. */
async function* writeBatch(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  batch: readonly number[],
  { tokenizer, stopStrings = [], ...options }: BatchOptions,
): AsyncGenerator<readonly [index: number, text: WholeText], void> {
  const { strategy = { kind: 'greedy' }, stopIds = [] } = options;
  const given = batch.map((index) => prompts[index]!);
  const texts = batch.map(() => new GrowingText({ tokenizer, stopStrings }));
  const finish = async (row: number) => {
    const text = texts[row]!;
    return [batch[row]!, { text: await text.whole(), ...text.written }] as const;
  };
  if (strategy.kind === 'beam') {
    for (const [row, beams] of (await searchBeams(decoder, given, { ...options, strategy })).entries()) {
      for (const token of tokensOfBeam(beams[0]!, stopIds)) {
        await texts[row]!.push(token);
        if (texts[row]!.stopped) break;
      }
      yield await finish(row);
    }
    return;
  }
  const steps = writeTokens(decoder, given, { ...options, strategy, streams: batch });
  let ended: ReadonlySet<number> = new Set();
  for (let step = await steps.next(); !step.done; step = await steps.next(ended)) {
    const tokens = step.value;
    await Promise.all(tokens.map((token) => texts[token.row]!.push(token)));
    const finished = tokens.filter(({ row, end }) => texts[row]!.stopped || end !== undefined);
    for (const { row } of finished) yield await finish(row);
    ended = new Set(finished.map(({ row }) => row));
  }
}
