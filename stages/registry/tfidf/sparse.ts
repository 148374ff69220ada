/** Rows of a sparse matrix, end to end: the entries of row r are those from `starts[r]` to `starts[r + 1]`. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Each row as pairs of column and value. */
export const sparseRows = (rows: readonly ReadonlyMap<number, number>[], columns: number): SparseRows => {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => {
    starts[index + 1] = starts[index]! + row.size;
  });
  const indices = new Int32Array(starts[rows.length]!);
  const values = new Float64Array(starts[rows.length]!);
  rows.forEach((row, index) => {
    let entry = starts[index]!;
    for (const [column, value] of row) {
      indices[entry] = column;
      values[entry] = value;
      entry += 1;
    }
  });
  return { rows: rows.length, columns, starts, indices, values };
};

export const dotRow = ({ starts, indices, values }: SparseRows, row: number, dense: Float64Array): number => {
  let sum = 0;
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
    sum += values[entry]! * dense[indices[entry]!]!;
  return sum;
};

export const addRow = (
  { starts, indices, values }: SparseRows,
  row: number,
  factor: number,
  dense: Float64Array,
): void => {
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
    dense[indices[entry]!]! += factor * values[entry]!;
};

export const squaredNorm = ({ starts, values }: SparseRows, row: number): number => {
  let sum = 0;
  for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) sum += values[entry]! ** 2;
  return sum;
};
