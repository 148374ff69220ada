import { type FilesSource, Source } from '../../../../contracts/index.js';
import { memoryWorld } from '../../../testing/index.js';
import type { ConnectorContext, RawRecord } from '../../connectors/connector.js';
import { files } from '../../connectors/files.js';

/** A source of files whose labels do not matter. */
export const filesSource = (section: Readonly<Record<string, unknown>>): FilesSource =>
  Source.parse({
    name: 'files',
    connector: 'files',
    include: ['**/*'],
    format: 'auto',
    label: { from: 'field', field: 'label' },
    ...section,
  }) as FilesSource;

/** Every record of it. */
export const readSource = async (
  section: Readonly<Record<string, unknown>>,
  context: Partial<ConnectorContext> = {},
): Promise<RawRecord[]> => {
  const records: RawRecord[] = [];
  for await (const page of files.read(filesSource(section), { ...memoryWorld(), cursor: null, ...context }))
    records.push(...page.records);
  return records;
};

export const textOf = ({ raw }: Pick<RawRecord, 'raw'>): string => Buffer.from(raw ?? '').toString();
