import type { Source } from '../../contracts/index.js';
import { createPace } from '../pace.js';
import type { ConnectorContext, RawRecord } from './connectors/connector.js';
import { connectorOf } from './connectors/index.js';
import { type Gathered, gatherRecords } from './gather.js';
import { createLabeller } from './labels.js';
import type { SourcesContext } from './ports.js';

/** Every record of the source, page by page. */
export async function* recordsOf(source: Source, context: ConnectorContext): AsyncGenerator<RawRecord> {
  for await (const { records } of connectorOf(source).read(source, context)) yield* records;
}

/**
 * Reads the whole source once, for the digests only.
 * @throws SOURCE_EMPTY, SOURCE_UNREADABLE, LABEL_UNKNOWN, CANCELLED, and what its connector throws
 */
export const surveySource = async (
  ctx: SourcesContext,
  source: Source,
  labels: readonly string[],
): Promise<Gathered> => {
  const labeller = createLabeller(source, labels);
  const pace = createPace(ctx, { activity: `reading ${source.name}`, unit: 'records' });
  const gather = gatherRecords(source, (record) =>
    record.fault === null ? labeller.require(record) : labeller.find(record),
  );
  let read = 0;
  for await (const record of recordsOf(source, { ...ctx, cursor: null })) {
    await pace.tick(read);
    read += 1;
    gather.add(record);
  }
  pace.finish(read);
  return gather.gathered();
};
