import type { z } from 'zod';
import { type CollectSourceInput, type CollectSourceOutput, plumblineError } from '../../contracts/index.js';
import { collectReferenced } from './catalog/collectReferenced.js';
import { collectFrom } from './collectFrom.js';
import type { SourcesContext } from './ports.js';

/**
 * Collects a source: raw bytes into the object store under their digest, a row with provenance a record, and a
 * SourceBatch that names them all. A source that is read as a whole gives the same batch for the same contents and
 * then writes nothing; one that is read on gives a batch of what is new, and its newest batch when nothing is.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, SOURCE_UNREACHABLE, SOURCE_REFUSED, SECRET_UNRESOLVED, LABEL_UNKNOWN,
 * PIPELINE_INVALID, SOURCE_NOT_FOUND, SOURCE_PAUSED, ATTEMPT_FENCED, CANCELLED
 */
export const collectSource = async ({
  ctx,
  input,
}: {
  ctx: SourcesContext;
  input: z.infer<typeof CollectSourceInput>;
}): Promise<z.infer<typeof CollectSourceOutput>> => {
  const { pipeline } = input;
  const source = pipeline.sources.find((candidate) => candidate.name === input.source);
  if (source === undefined)
    throw plumblineError('PIPELINE_INVALID', `pipeline ${pipeline.name} has no source "${input.source}"`, {
      details: { source: input.source, sources: pipeline.sources.map((candidate) => candidate.name) },
    });
  return source.connector === 'catalog'
    ? collectReferenced(ctx, pipeline, source)
    : collectFrom(ctx, pipeline, source);
};
