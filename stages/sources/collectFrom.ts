import type { CollectSourceOutput, Source } from '../../contracts/index.js';
import { type BatchOwner, quarantinedIn } from './batch.js';
import { collectIncrement } from './collectIncrement.js';
import { collectSnapshot } from './collectSnapshot.js';
import { connectorOf } from './connectors/index.js';
import type { SourcesContext } from './ports.js';

/** Collects a source the way its connector says: as a whole, or the next batch of what is new. */
export const collectFrom = async (
  ctx: SourcesContext,
  owner: BatchOwner,
  source: Source,
): Promise<CollectSourceOutput> => {
  const connector = connectorOf(source);
  const { id, artifact, reused, identical, ...increment } = await (connector.mode(source) === 'incremental'
    ? collectIncrement(ctx, connector, owner, source)
    : collectSnapshot(ctx, owner, source));
  ctx.log.info(
    {
      source: source.name,
      batchId: id,
      records: artifact.records,
      quarantined: artifact.quarantined,
      identical,
      reused,
      ...increment,
    },
    'source collected',
  );
  return {
    batchId: id,
    records: artifact.records,
    quarantined: quarantinedIn(artifact),
    reused,
    ...increment,
  };
};
