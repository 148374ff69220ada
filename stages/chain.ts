import type { SourceBatch } from '../contracts/index.js';
import type { ArtifactStore } from './ports.js';

export interface ChainedBatch {
  readonly id: string;
  readonly batch: SourceBatch;
}

/**
 * Every batch that the heads stand for, each once, of each chain the oldest first.
 * @throws OBJECT_NOT_FOUND, OBJECT_CORRUPT
 */
export const readChains = async (
  artifacts: Pick<ArtifactStore, 'get'>,
  heads: readonly string[],
): Promise<readonly ChainedBatch[]> => {
  const met = new Set<string>();
  const batches: ChainedBatch[] = [];
  for (const head of heads) {
    const chain: ChainedBatch[] = [];
    for (
      let id: string | undefined = head;
      id !== undefined && !met.has(id);
      id = chain.at(-1)?.batch.previous
    ) {
      met.add(id);
      chain.push({ id, batch: await artifacts.get('SourceBatch', id) });
    }
    batches.push(...chain.reverse());
  }
  return batches;
};
