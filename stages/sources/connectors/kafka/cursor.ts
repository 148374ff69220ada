import { z } from 'zod';
import { type KafkaSource, plumblineError } from '../../../../contracts/index.js';
import type { Cursor } from '../connector.js';

/**
 * Of each topic its id, which tells a topic from an earlier one of the same name, and of each partition the offset
 * to read next; -1 where nothing has been read.
 */
const KafkaCursor = z.record(
  z.string(),
  z.strictObject({ id: z.string(), next: z.array(z.number().int().min(-1)) }),
);
export type KafkaCursor = z.infer<typeof KafkaCursor>;

/** @throws SOURCE_UNREADABLE when it is no cursor of this connector */
export const parseCursor = (source: KafkaSource, cursor: Cursor): KafkaCursor => {
  const parsed = KafkaCursor.safeParse(cursor ?? {});
  if (parsed.success) return parsed.data;
  throw plumblineError('SOURCE_UNREADABLE', `source ${source.name}: its cursor is none of Kafka's`);
};

/** The cursor once `partition` of `topic` has been read up to `next`. */
export const advance = (
  cursor: KafkaCursor,
  { topic, id, partition, next }: { topic: string; id: string; partition: number; next: bigint },
): KafkaCursor => {
  const earlier = cursor[topic]?.id === id ? cursor[topic].next : [];
  const offsets = Array.from({ length: Math.max(earlier.length, partition + 1) }, (_, index) =>
    index === partition ? Number(next) : (earlier[index] ?? -1),
  );
  return { ...cursor, [topic]: { id, next: offsets } };
};
