import type { Admin } from '@platformatic/kafka';
import { type KafkaSource, plumblineError } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import type { Connector, ConnectorContext, Page, RawRecord, SourceCheck } from './connector.js';
import { kafkaFailure, openAdmin } from './kafka/client.js';
import { committedBatches, nextOffsetOf } from './kafka/committed.js';
import { advance, parseCursor } from './kafka/cursor.js';
import { type DeadLetter, produceDeadLetters } from './kafka/deadLetters.js';
import { type Fetch, openFetch } from './kafka/fetch.js';
import { planReading, type Stretch } from './kafka/plan.js';
import { gapRecord, placeOf, recordOf } from './kafka/record.js';
import { fieldNames } from './messaging/message.js';

/** A page has at most so many records, whatever a fetch brought. */
const PAGE_RECORDS_MAX = 1000;

/** Messages of a partition, and the offset after them. */
interface Haul {
  readonly records: readonly RawRecord[];
  readonly letters: readonly DeadLetter[];
  readonly next: bigint;
}

/** The committed messages of one fetch, in hauls for a page each; the last one may be empty. */
async function* hauls(
  source: KafkaSource,
  stretch: Stretch,
  fetch: Fetch,
  from: bigint,
): AsyncGenerator<Haul> {
  const answer = await fetch({ ...stretch, offset: from });
  const { records: batches = [], abortedTransactions } = answer;
  const last = batches.at(-1);
  if (last === undefined && answer.lastStableOffset < stretch.to)
    throw new Error(`${placeOf(stretch)} ends before the offset ${stretch.to} that it had`);
  let records: RawRecord[] = [];
  let letters: DeadLetter[] = [];
  for (const batch of committedBatches(batches, abortedTransactions))
    for (const message of batch.records) {
      const offset = batch.firstOffset + BigInt(message.offsetDelta);
      if (offset < from || offset >= stretch.to) continue;
      if (records.length === PAGE_RECORDS_MAX) {
        yield { records, letters, next: offset };
        [records, letters] = [[], []];
      }
      const record = recordOf(source, stretch, batch, message);
      records.push(record);
      const { path, position, fault } = record;
      if (fault !== null && fault !== 'tombstone')
        letters.push({ record: message, path, position, reason: fault });
    }
  // Where the answer is empty, the rest up to the end was compacted away.
  const reached = last === undefined || nextOffsetOf(last) > stretch.to;
  yield { records, letters, next: reached ? stretch.to : nextOffsetOf(last) };
}

/** Tells lag tools how far the group is. The cursor says where to go on, so that a failure here loses nothing. */
const commitOffset = async (
  admin: Admin,
  source: KafkaSource,
  { topic, partition }: Stretch,
  offset: bigint,
  { log }: ConnectorContext,
): Promise<void> => {
  if (source.consumerGroup === undefined) return;
  try {
    const topics = [{ name: topic, partitionOffsets: [{ partition, offset }] }];
    await admin.alterConsumerGroupOffsets({ groupId: source.consumerGroup, topics });
  } catch (thrown) {
    const { message } = kafkaFailure(thrown, source, new AbortController().signal);
    log.warn({ source: source.name, group: source.consumerGroup, reason: message }, 'offsets not committed');
  }
};

const deadLetters = async (
  source: KafkaSource,
  letters: readonly DeadLetter[],
  { secrets, signal }: ConnectorContext,
): Promise<void> => {
  try {
    await produceDeadLetters(source, secrets, letters);
  } catch (thrown) {
    throw kafkaFailure(thrown, source, signal);
  }
};

const warnOfGap = (source: KafkaSource, stretch: Stretch, { log }: ConnectorContext): void => {
  const { gap } = stretch;
  if (gap === null) return;
  const [from, to] = [Number(gap.from), Number(gap.to)];
  log.warn(
    { code: 'SOURCE_GAP', source: source.name, path: placeOf(stretch), reason: gap.reason, from, to },
    'messages of the source are lost',
  );
};

async function* readStretches(
  admin: Admin,
  source: KafkaSource,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  let cursor = parseCursor(source, context.cursor);
  const stretches = await planReading(admin, source, cursor);
  const fetch = await openFetch(admin);
  for (const stretch of stretches) {
    const { topic, topicId: id, partition } = stretch;
    warnOfGap(source, stretch, context);
    const lost = gapRecord(source, stretch);
    if (lost !== null) {
      cursor = advance(cursor, { topic, id, partition, next: stretch.from });
      yield { records: [lost], cursor };
    }
    for (let from = stretch.from; from < stretch.to; ) {
      throwIfCancelled(context.signal);
      for await (const { records, letters, next } of hauls(source, stretch, fetch, from)) {
        from = next;
        cursor = advance(cursor, { topic, id, partition, next });
        // A page without records says that there is nothing more: what was aborted makes no page.
        if (records.length === 0) continue;
        yield {
          records,
          cursor,
          acknowledge: async () => {
            await deadLetters(source, letters, context);
            await commitOffset(admin, source, stretch, next, context);
          },
        };
      }
    }
  }
  // The client is closed after this: acknowledgements come before.
  yield { records: [], cursor };
}

/** Runs `work` with a client, which is closed at its end and when the work is cancelled. */
async function* withAdmin<T>(
  source: KafkaSource,
  context: ConnectorContext,
  work: (admin: Admin) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  throwIfCancelled(context.signal);
  const admin = await openAdmin(source, context.secrets);
  const close = (): void => void admin.close().catch(() => undefined);
  context.signal.addEventListener('abort', close, { once: true });
  try {
    yield* work(admin);
  } catch (thrown) {
    throw kafkaFailure(thrown, source, context.signal);
  } finally {
    context.signal.removeEventListener('abort', close);
    await admin.close().catch(() => undefined);
  }
}

const firstRecord = async (
  admin: Admin,
  source: KafkaSource,
  stretches: readonly Stretch[],
): Promise<RawRecord | undefined> => {
  const filled = stretches.find(({ from, to }) => from < to);
  if (filled === undefined) return undefined;
  for await (const { records } of hauls(source, filled, await openFetch(admin), filled.from))
    return records[0];
};

async function* check(admin: Admin, source: KafkaSource): AsyncGenerator<SourceCheck> {
  const stretches = await planReading(admin, source, {});
  const first = await firstRecord(admin, source, stretches);
  const messages = stretches.reduce((sum, { from, to }) => sum + Number(to - from), 0);
  const topics = new Set(stretches.map(({ topic }) => topic)).size;
  yield {
    found: `Kafka: ${topics} topic(s), ${stretches.length} partition(s), about ${messages} message(s)`,
    fields: first === undefined ? [] : fieldNames(first),
  };
}

/**
 * Topics of Kafka from the cursor up to the end that they had when the reading began, committed messages only. The
 * cursor says where to go on; the offsets of `consumerGroup` are set for tools that show the lag.
 */
export const kafka: Connector<KafkaSource> = {
  mode: () => 'incremental',
  read: (source, context) => withAdmin(source, context, (admin) => readStretches(admin, source, context)),
  test: async (source, context) => {
    for await (const found of withAdmin(source, context, (admin) => check(admin, source))) return found;
    throw plumblineError('SOURCE_UNREACHABLE', `source ${source.name} gave no answer`);
  },
};
