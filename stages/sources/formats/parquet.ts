import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { FormatReader } from './format.js';
import { rowRecord } from './row.js';

/** One record a row; a row group is read at a time. */
export const parquet: FormatReader = async function* (path, { recordBytesMax }) {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
    for (const row of rows) yield rowRecord(row, recordBytesMax);
    rowStart = rowEnd;
  }
};
