import type { Artifact, ArtifactKind, ArtifactOf } from '../contracts/index.js';
import type { ArtifactStore, Fence, StageContext } from './ports.js';

export interface StepResult<K extends ArtifactKind> {
  readonly id: string;
  readonly artifact: ArtifactOf<K>;
  /** True when an earlier run had already made it. */
  readonly reused: boolean;
}

/**
 * Runs a step at most once for a key: a finished one is reused, an unfinished one is taken over, and only the
 * newest attempt may publish.
 * @param key digest of everything the result depends on
 * @throws ATTEMPT_FENCED when a newer attempt took over meanwhile, and whatever `make` throws
 */
export const runStep = async <K extends ArtifactKind>({
  ctx,
  kind,
  key,
  make,
}: {
  ctx: StageContext & { readonly artifacts: ArtifactStore };
  kind: K;
  key: string;
  make: (fence: Fence) => Promise<ArtifactOf<K> & Artifact>;
}): Promise<StepResult<K>> => {
  const finished = await ctx.artifacts.findStep(key);
  if (finished !== null)
    return { id: finished, artifact: await ctx.artifacts.get(kind, finished), reused: true };
  const fence = await ctx.artifacts.acquireFence(key, { runId: ctx.runId, attempt: ctx.attempt });
  const artifact = await make(fence);
  const id = await ctx.artifacts.publish(artifact, { key, fence, now: ctx.now });
  return { id, artifact, reused: false };
};
