import { ByteWriter, parquetWriteRows } from 'hyparquet-writer';
import { type DatasetRow, type DatasetVersion, TASK_RULES, type Task } from '../../contracts/index.js';
import type { Pace } from '../pace.js';

type Column = DatasetVersion['schema'][number] & { readonly name: keyof DatasetRow };

/** The columns of every dataset version, in order: schema and data dictionary at once. */
const COLUMNS: readonly Column[] = [
  { name: 'recordId', type: 'string', description: 'SHA-256 of the raw bytes the row was made of.' },
  { name: 'split', type: 'string', description: 'train, validation or test, by hash of the cluster.' },
  { name: 'label', type: 'string', description: 'The class, one of the labels of the dataset.' },
  { name: 'group', type: 'string', description: 'The source group the row is sliced by.' },
  {
    name: 'text',
    type: 'string',
    description: 'All that the model sees: of a mail its subject and its body, cleaned; no other header.',
  },
  { name: 'sentAt', type: 'timestamp[ms, UTC] or null', description: 'When the record says it was sent.' },
  {
    name: 'clusterId',
    type: 'string',
    description: 'The smallest record id among the near-duplicates of the row; no cluster crosses a split.',
  },
];

const ENTITIES: Column = {
  name: 'entities',
  type: 'string (JSON)',
  description: 'List of { start, end, label }: spans of the text in UTF-16 code units, by their start.',
};

export const columnsOf = (task: Task): readonly Column[] =>
  TASK_RULES[task].labelledBy.includes('entities') ? [...COLUMNS, ENTITIES] : COLUMNS;

const ROW_GROUP_ROWS = 1000;

/**
 * The rows as Parquet, a row group at a time; the same rows in the same order give the same bytes.
 * @throws CANCELLED
 */
export const toParquet = async (
  rows: readonly DatasetRow[],
  columns: readonly Column[],
  pace: Pace,
): Promise<Uint8Array> => {
  const writer = new ByteWriter();
  async function* records(): AsyncGenerator<Record<string, unknown>> {
    for (const [index, row] of rows.entries()) {
      await pace.tick(index);
      const { entities, ...plain } = row;
      yield {
        ...plain,
        sentAt: row.sentAt === null ? null : new Date(row.sentAt),
        ...(entities !== undefined && { entities: JSON.stringify(entities) }),
      };
    }
  }
  await parquetWriteRows({
    writer,
    rows: records(),
    columns: columns.map(({ name }) =>
      name === 'sentAt'
        ? { name, type: 'TIMESTAMP', nullable: true }
        : { name, type: 'STRING', nullable: false },
    ),
    rowGroupSize: ROW_GROUP_ROWS,
    createdBy: 'plumbline',
  });
  return writer.getBytes();
};
