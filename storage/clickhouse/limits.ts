/** Bounds of reads that bring a whole batch, dataset or split into memory. */
export const WHOLE = { rowsMax: 2_000_000, secondsMax: 60 } as const;
/** Bounds of reads that look up a few rows. */
export const FEW = { rowsMax: 100, secondsMax: 10 } as const;
