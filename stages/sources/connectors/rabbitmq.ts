import type { ConsumeMessage } from 'amqplib';
import type { RabbitmqSource } from '../../../contracts/index.js';
import { throwIfCancelled } from '../../pace.js';
import type { Connector, ConnectorContext, Page, RawRecord } from './connector.js';
import { type OpenChannel, openChannel, rabbitmqFailure } from './rabbitmq/client.js';
import { recordOf } from './rabbitmq/record.js';
import { takeMessages } from './rabbitmq/take.js';

/**
 * Rejects the messages that cannot be read, which sends them to the queue's dead-letter exchange, and acknowledges all
 * others up to the last.
 */
const settle = async (
  { channel, lost }: OpenChannel,
  queue: string,
  messages: readonly ConsumeMessage[],
  records: readonly RawRecord[],
): Promise<void> => {
  const isGood = (_: ConsumeMessage, index: number): boolean => records[index]!.fault === null;
  messages.forEach((message, index) => {
    if (!isGood(message, index)) channel.nack(message, false, false);
  });
  const last = messages.filter(isGood).at(-1);
  if (last !== undefined) channel.ack(last, true);
  // A channel is served in order: once this is answered, the broker has what was said before.
  await Promise.race([channel.checkQueue(queue), lost]);
};

async function* readQueue(open: OpenChannel, source: RabbitmqSource, { signal }: ConnectorContext) {
  const { queue, prefetch: count, idleMs } = source;
  let position = 0;
  for (let taken = count; taken === count; ) {
    throwIfCancelled(signal);
    const consumerTag = `plumbline-${position}`;
    const messages = await takeMessages(open, { queue, consumerTag, count, idleMs });
    taken = messages.length;
    if (taken === 0) break;
    const records = messages.map((message) => ({
      path: queue,
      position: position++,
      format: 'jsonl',
      ...recordOf(source, message),
    }));
    const page: Page = {
      records,
      cursor: null,
      acknowledge: async () => {
        try {
          await settle(open, queue, messages, records);
        } catch (thrown) {
          throw rabbitmqFailure(thrown, source, signal);
        }
      },
    };
    yield page;
  }
  // The channel is closed after this: acknowledgements come before.
  const end: Page = { records: [], cursor: null };
  yield end;
}

/** Opens a channel, which is closed at the end of `work` and when it is cancelled. */
async function* withChannel<T>(
  source: RabbitmqSource,
  { secrets, signal }: ConnectorContext,
  work: (open: OpenChannel) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  throwIfCancelled(signal);
  let open: OpenChannel | undefined;
  const close = (): void => void open?.close();
  try {
    open = await openChannel(source, secrets);
    signal.addEventListener('abort', close, { once: true });
    yield* work(open);
  } catch (thrown) {
    throw rabbitmqFailure(thrown, source, signal);
  } finally {
    signal.removeEventListener('abort', close);
    await open?.close();
  }
}

const check = async ({ channel, lost, product }: OpenChannel, { queue }: RabbitmqSource): Promise<string> => {
  const { messageCount } = await Promise.race([channel.checkQueue(queue), lost]);
  return `${product}: queue ${queue} with ${messageCount} message(s)`;
};

/**
 * A queue of RabbitMQ: messages stay unacknowledged until the batch that holds them is published, so that those of a
 * collection that died come again. They have no place to go on from but the queue itself.
 */
export const rabbitmq: Connector<RabbitmqSource> = {
  mode: () => 'incremental',
  read: (source, context) => withChannel(source, context, (open) => readQueue(open, source, context)),
  test: async (source, context) => {
    const { secrets, signal } = context;
    throwIfCancelled(signal);
    try {
      const open = await openChannel(source, secrets);
      try {
        // Looking at a message would mark it as delivered before.
        return { found: await check(open, source), fields: [] };
      } finally {
        await open.close();
      }
    } catch (thrown) {
      throw rabbitmqFailure(thrown, source, signal);
    }
  },
};
