import { type ArtifactKind, type ArtifactOf, toPlumblineError } from '../../../contracts/index.js';
import type { LineageRows, RegistryContext } from '../ports.js';

export interface TraceContext extends Pick<RegistryContext, 'artifacts' | 'catalog'> {
  readonly lineageRows: LineageRows;
}

/** The artifact, or null where none of this kind and id was published. @throws OBJECT_CORRUPT */
export const findArtifact = async <K extends ArtifactKind>(
  { artifacts }: Pick<TraceContext, 'artifacts'>,
  kind: K,
  id: string,
): Promise<ArtifactOf<K> | null> => {
  try {
    return await artifacts.get(kind, id);
  } catch (thrown) {
    if (toPlumblineError(thrown).code === 'OBJECT_NOT_FOUND') return null;
    throw thrown;
  }
};

/** Those of the ids under which an artifact of this kind was published. */
export const published = async (
  ctx: Pick<TraceContext, 'artifacts'>,
  kind: ArtifactKind,
  ids: readonly string[],
): Promise<ReadonlySet<string>> => {
  const known = new Set<string>();
  for (const id of new Set(ids)) if ((await findArtifact(ctx, kind, id)) !== null) known.add(id);
  return known;
};
