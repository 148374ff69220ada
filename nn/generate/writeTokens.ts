import { setImmediate } from 'node:timers/promises';
import { NnError } from '../errors.js';
import { Random } from '../random.js';
import { adjustScores, type Row, warpScores } from './adjustScores.js';
import type { Decoder } from './decoder.js';
import { requireOptions, roomAfter, type Strategy, type WritingOptions } from './options.js';
import { draw, mostLikely } from './scores/choose.js';

/** One token of one text. */
export interface WrittenToken {
  /** Index of the prompt. */
  readonly row: number;
  readonly id: number;
  /** Set with the last token: `stop` after a stop token, `length` where there was no room for more. */
  readonly end?: 'stop' | 'length';
}

type OneByOne = Exclude<Strategy, { kind: 'beam' }>;

interface TokenOptions extends WritingOptions {
  readonly strategy?: OneByOne;
  /** Number of the random stream of each prompt; default its index. */
  readonly streams?: readonly number[];
}

/**
 * Continues prompts token by token, greedily or by sampling: at each step one token of each unfinished text, in the
 * order of the prompts. Whoever calls `next` may give it rows that are to end after their last token. Throws
 * REQUEST_INVALID for options or prompts out of range, CANCELLED.
 */
export async function* writeTokens(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  options: TokenOptions,
): AsyncGenerator<WrittenToken[], void, ReadonlySet<number> | undefined> {
  requireOptions(options, decoder.vocabularySize);
  const { strategy = { kind: 'greedy' }, stopIds = [], streams } = options;
  const decoding = await decoder.start(prompts);
  let open = decoding.begun.map((ids, row) => ({
    row,
    ids: [...ids],
    begun: ids.length,
    room: roomAfter(ids.length, options, decoder.maxPositions),
    choose: chooserOf(strategy, streams?.[row] ?? row),
  }));
  while (open.length > 0) {
    await throwIfAborted(options.signal);
    const step = open.map((text, at): WrittenToken => {
      const id = text.choose(adjustScores(decoding.logits(at), text satisfies Row, options));
      text.ids.push(id);
      if (stopIds.includes(id)) return { row: text.row, id, end: 'stop' };
      return { row: text.row, id, ...(text.ids.length - text.begun >= text.room ? { end: 'length' } : {}) };
    });
    const ended = yield step;
    const goesOn = ({ row, end }: WrittenToken) => end === undefined && !ended?.has(row);
    const kept = Int32Array.from(step.keys()).filter((at) => goesOn(step[at]!));
    open = open.filter((_, at) => goesOn(step[at]!));
    if (open.length > 0)
      await decoding.advance(
        kept.map((at) => step[at]!.id),
        kept,
      );
  }
}

/** Lets other work of the thread run, the one that would abort included. Throws CANCELLED. */
export async function throwIfAborted(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new NnError('CANCELLED', 'cancelled on request');
}

function chooserOf(strategy: OneByOne, stream: number): (scores: Float32Array) => number {
  if (strategy.kind === 'greedy') return mostLikely;
  const random = new Random(strategy.seed, stream);
  return (scores) => draw(warpScores(scores, strategy), random);
}
