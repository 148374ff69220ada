/** Bits of a batch's attributes and the type of a control record (Kafka protocol guide, record batch). */
const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;
const ABORT = 0;

export interface LogRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

export interface LogBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly records: readonly LogRecord[];
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** Offset after the batch; those in between may have been compacted away. */
export const nextOffsetOf = ({ firstOffset, lastOffsetDelta }: LogBatch): bigint =>
  firstOffset + BigInt(lastOffsetDelta) + 1n;

const isAbort = ({ attributes, records }: LogBatch): boolean => {
  const key = records[0]?.key;
  // A control record's key is its version and its type, 16 bits each.
  return (attributes & CONTROL) !== 0 && !!key && key.length >= 4 && key.readInt16BE(2) === ABORT;
};

/**
 * The batches whose records readers of committed data see (KIP-98): no markers, and none of a transaction that was
 * aborted. The client's own filter remembers one aborted transaction a producer and needs the marker in the same answer.
 * @param aborted those of the fetch response that `batches` came in
 */
export const committedBatches = (
  batches: readonly LogBatch[],
  aborted: readonly AbortedTransaction[],
): readonly LogBatch[] => {
  const waiting = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborting = new Set<bigint>();
  return batches.filter((batch) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset < nextOffsetOf(batch))
      aborting.add(waiting.shift()!.producerId);
    if ((batch.attributes & CONTROL) !== 0) {
      if (isAbort(batch)) aborting.delete(batch.producerId);
      return false;
    }
    return (batch.attributes & TRANSACTIONAL) === 0 || !aborting.has(batch.producerId);
  });
};
