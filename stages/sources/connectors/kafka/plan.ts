import { type Admin, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import picomatch from 'picomatch';
import { type KafkaSource, plumblineError } from '../../../../contracts/index.js';
import type { KafkaCursor } from './cursor.js';

/** What was lost between two collections: offsets from (inclusive) to (exclusive), and why. */
export interface Gap {
  readonly from: bigint;
  readonly to: bigint;
  /** Deleted by retention before they were read; of an earlier topic of the name (how many is not known); cut off. */
  readonly reason: 'offsets-expired' | 'topic-replaced' | 'log-truncated';
}

/** A partition and what of it is to be read. */
export interface Stretch {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leader: number;
  /** Offset of the first message to read. */
  readonly from: bigint;
  /** Committed messages end here: the last stable offset when the reading began. */
  readonly to: bigint;
  readonly gap: Gap | null;
}

const topicsOf = async (admin: Admin, source: KafkaSource): Promise<readonly string[]> => {
  if (!source.topics.some((topic) => topic.includes('*'))) return [...new Set(source.topics)];
  const present = (await admin.listTopics()).sort();
  const found = source.topics.flatMap((pattern) => {
    if (!pattern.includes('*')) return [pattern];
    const matches = picomatch(pattern, { dot: true });
    return present.filter((topic) => matches(topic));
  });
  if (found.length === 0)
    throw plumblineError(
      'SOURCE_EMPTY',
      `source ${source.name}: no topic matches ${source.topics.join(', ')}`,
    );
  return [...new Set(found)];
};

type Offsets = (topic: string, partition: number) => bigint;

const listOffsets = async (
  admin: Admin,
  partitions: ReadonlyMap<string, number>,
  timestamp: bigint,
  isolationLevel: 0 | 1,
): Promise<Offsets> => {
  const topics = [...partitions].map(([name, count]) => ({
    name,
    partitions: Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const listed = new Map<string, bigint>();
  for (const { name, partitions: found } of await admin.listOffsets({ topics, isolationLevel }))
    for (const { partitionIndex, offset } of found) listed.set(`${name}/${partitionIndex}`, offset);
  return (topic, partition) => listed.get(`${topic}/${partition}`) ?? 0n;
};

const startOf = (
  known: { readonly id: string; readonly next: readonly number[] } | undefined,
  { topicId, partition, first, end }: { topicId: string; partition: number; first: bigint; end: bigint },
): { readonly from: bigint; readonly gap: Gap | null } => {
  const next = known?.next[partition] ?? -1;
  if (next < 0) return { from: first, gap: null };
  const from = BigInt(next);
  if (known?.id !== topicId) return { from: first, gap: { from, to: from, reason: 'topic-replaced' } };
  if (from > end) return { from: first, gap: { from: end, to: from, reason: 'log-truncated' } };
  if (from < first) return { from: first, gap: { from, to: first, reason: 'offsets-expired' } };
  return { from, gap: null };
};

/**
 * What a reading from `cursor` reads: topics in the order of the source, partitions ascending. New partitions and
 * topics are read from their beginning.
 * @throws SOURCE_EMPTY when no topic matches; what the client throws for a topic that is not there
 */
export const planReading = async (
  admin: Admin,
  source: KafkaSource,
  cursor: KafkaCursor,
): Promise<readonly Stretch[]> => {
  const names = await topicsOf(admin, source);
  const { topics } = await admin.metadata({ topics: [...names], forceUpdate: true });
  const counts = new Map(names.map((name) => [name, topics.get(name)?.partitionsCount ?? 0]));
  const { EARLIEST, LATEST } = ListOffsetTimestamps;
  const { READ_COMMITTED, READ_UNCOMMITTED } = FetchIsolationLevels;
  const first = await listOffsets(admin, counts, EARLIEST, READ_UNCOMMITTED);
  const stable = await listOffsets(admin, counts, LATEST, READ_COMMITTED);
  return names.flatMap((topic) => {
    const { id: topicId = '', partitions = [] } = topics.get(topic) ?? {};
    return partitions.map(({ leader }, partition) => {
      const to = stable(topic, partition);
      const place = { topicId, partition, first: first(topic, partition), end: to };
      return { topic, topicId, partition, leader, to, ...startOf(cursor[topic], place) };
    });
  });
};
