import type { CollectionFailure } from '../../../contracts/index.js';
import type { StageContext } from '../../ports.js';
import type { SourceCatalogContext } from '../ports.js';

export interface CollectionNote {
  readonly source: string;
  readonly failure: CollectionFailure | null;
  /** The newest batch that the run made or found. */
  readonly batchId: string | null;
}

/**
 * Notes how a collection ended. When as many in a row have failed as the source allows, it is paused and said so in
 * the log; the same run noted again changes nothing.
 * @throws SOURCE_NOT_FOUND, TEMPORAL_UNREACHABLE
 */
export const noteCollection = async ({
  ctx,
  input: { source, failure, batchId },
}: {
  ctx: StageContext &
    Pick<SourceCatalogContext, 'sources'> & {
      readonly schedules: Pick<SourceCatalogContext['schedules'], 'pause'>;
    };
  input: CollectionNote;
}): Promise<{ readonly paused: boolean }> => {
  const { now } = ctx;
  const made = batchId === null ? {} : { batchId };
  if (failure === null) {
    await ctx.sources.change(source, () => ({
      ...made,
      failures: 0,
      lastFailure: null,
      lastCollectedAt: now,
    }));
    return { paused: false };
  }
  const state = await ctx.sources.change(source, ({ entry, failures, lastFailure, pausedBecause }) => {
    // A second attempt of the same note carries the same instant.
    const count = lastFailure?.at === now ? failures : failures + 1;
    const because =
      count < entry.failuresMax
        ? null
        : `${count} collections in a row have failed, the last with ${failure.code}: ${failure.message}`;
    return {
      ...made,
      failures: count,
      lastFailure: { ...failure, at: now },
      pausedBecause: pausedBecause ?? because,
    };
  });
  const { pausedBecause, failures } = state;
  if (pausedBecause === null) {
    ctx.log.warn({ source, failures, code: failure.code }, 'a collection has failed');
    return { paused: false };
  }
  await ctx.schedules.pause(source, pausedBecause);
  ctx.log.error({ source, failures, code: failure.code, pausedBecause }, 'the source is paused');
  return { paused: true };
};
