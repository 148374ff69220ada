/** One chunk is one HTTP insert and one block, which ClickHouse writes as a whole or not at all. */
const ROWS_MAX = 2_000;
const BYTES_MAX = 8 * 1024 * 1024;
/** Decimal digits of a number with sign, point and comma, about. */
const NUMBER_BYTES = 12;

/** Rough size of a row as JSON, so that memory stays bounded whatever the texts are. */
const roughBytes = (row: object): number => {
  let bytes = 0;
  for (const [name, value] of Object.entries(row)) {
    bytes += name.length + NUMBER_BYTES;
    if (typeof value === 'string') bytes += value.length;
    else if (Array.isArray(value)) bytes += value.length * NUMBER_BYTES;
  }
  return bytes;
};

/** Splits rows into chunks for one insert each; a row larger than the limit is a chunk of its own. */
export function* insertChunks<R extends object>(rows: readonly R[]): Generator<readonly R[]> {
  let chunk: R[] = [];
  let chunkBytes = 0;
  for (const row of rows) {
    const bytes = roughBytes(row);
    if (chunk.length > 0 && (chunk.length === ROWS_MAX || chunkBytes + bytes > BYTES_MAX)) {
      yield chunk;
      chunk = [];
      chunkBytes = 0;
    }
    chunk.push(row);
    chunkBytes += bytes;
  }
  if (chunk.length > 0) yield chunk;
}
