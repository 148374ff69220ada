import { adjustScores } from './adjustScores.js';
import { type Beam, BeamGroup } from './beams.js';
import type { Decoder } from './decoder.js';
import { requireOptions, roomAfter, type Strategy, type WritingOptions } from './options.js';
import { logSoftmax } from './scores/softmax.js';
import { throwIfAborted } from './writeTokens.js';

/**
 * The best continuations of each prompt by beam search, best first; `ids` include what the text began with. Throws
 * REQUEST_INVALID for options or prompts out of range, CANCELLED.
 */
export async function searchBeams(
  decoder: Decoder,
  prompts: readonly Int32Array[],
  options: WritingOptions & { readonly strategy: Extract<Strategy, { kind: 'beam' }> },
): Promise<(readonly Beam[])[]> {
  requireOptions(options, decoder.vocabularySize);
  const { stopIds = [], strategy } = options;
  const { beams, lengthPenalty = 1, earlyStopping = false } = strategy;
  const decoding = await decoder.start(prompts);
  const groups = decoding.begun.map((ids) => {
    const maxLength = ids.length + roomAfter(ids.length, options, decoder.maxPositions);
    return new BeamGroup([...ids], { beams, lengthPenalty, earlyStopping, stopIds, maxLength });
  });
  let open = groups;
  // The batch holds one row a prompt at first, then one a beam.
  let rowsPerPrompt = 1;
  while (open.length > 0) {
    await throwIfAborted(options.signal);
    const rows: number[] = [];
    const left: typeof groups = [];
    for (const [at, search] of open.entries()) {
      const rowOf = (beam: number) => at * rowsPerPrompt + Math.min(beam, rowsPerPrompt - 1);
      const from = search.step(
        search.running.map((row, beam) =>
          adjustScores(logSoftmax(decoding.logits(rowOf(beam))), row, options),
        ),
      );
      if (search.done) continue;
      left.push(search);
      rows.push(...Array.from(from, rowOf));
    }
    open = left;
    rowsPerPrompt = beams;
    if (open.length === 0) break;
    const tokens = open.flatMap(({ running }) => running.map(({ ids }) => ids.at(-1)!));
    await decoding.advance(Int32Array.from(tokens), Int32Array.from(rows));
  }
  return groups.map(({ finished }) => finished);
}
