import type { Source } from '../../contracts/index.js';
import type { ConnectorContext, RawRecord } from './connectors/connector.js';
import { recordsOf } from './survey.js';

export interface SampledRecord extends Pick<RawRecord, 'path' | 'position' | 'format' | 'sha256'> {
  readonly raw: Uint8Array;
}

/**
 * The first readable records of a source, as they are. Nothing is kept, and nothing is acknowledged: a queue gives them again.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, SECRET_UNRESOLVED, CANCELLED, and what its connector throws
 */
export const sampleRecords = async ({
  ctx,
  input: { source, records },
}: {
  ctx: Omit<ConnectorContext, 'cursor'>;
  input: { readonly source: Source; readonly records: number };
}): Promise<readonly SampledRecord[]> => {
  const sample: SampledRecord[] = [];
  for await (const { raw, fault, path, position, format, sha256 } of recordsOf(source, {
    ...ctx,
    cursor: null,
  })) {
    if (raw === null || fault !== null) continue;
    sample.push({ path, position, format, sha256, raw });
    if (sample.length >= records) break;
  }
  return sample;
};
