import { type ArtifactKind, type ArtifactOf, toPlumblineError } from '../../contracts/index.js';
import { runStep, type StepResult } from '../step.js';
import { CheckpointStore } from './checkpointStore.js';
import type { TrainingContext } from './ports.js';

/**
 * `runStep` for work that keeps checkpoints under its key: they are of no use to anybody once any attempt has published.
 * @throws ATTEMPT_FENCED, and whatever `make` throws
 */
export const checkpointedStep = async <K extends ArtifactKind>({
  ctx,
  kind,
  key,
  make,
}: {
  ctx: TrainingContext;
  kind: K;
  key: string;
  make: (store: CheckpointStore) => Promise<ArtifactOf<K>>;
}): Promise<StepResult<K>> => {
  const store = new CheckpointStore(ctx.objects, key, ctx.log);
  try {
    const step = await runStep({ ctx, kind, key, make: () => make(store) });
    await store.clear();
    return step;
  } catch (failure) {
    const fenced = toPlumblineError(failure).code === 'ATTEMPT_FENCED';
    if (fenced && (await ctx.artifacts.findStep(key)) !== null) await store.clear();
    throw failure;
  }
};
