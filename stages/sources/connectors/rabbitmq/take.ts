import type { ConsumeMessage } from 'amqplib';
import type { OpenChannel } from './client.js';

interface Wanted {
  readonly queue: string;
  /** Names the consumer; unlike those of earlier calls on the channel. */
  readonly consumerTag: string;
  readonly count: number;
  readonly idleMs: number;
}

/**
 * Takes at most `count` messages from the queue and leaves them unacknowledged; fewer when nothing has come for `idleMs`.
 * Each call has a consumer of its own, so that its limit does not count what earlier calls took; quorum queues
 * know no other limit.
 */
export const takeMessages = async (
  { channel, lost }: OpenChannel,
  { queue, consumerTag, count, idleMs }: Wanted,
): Promise<readonly ConsumeMessage[]> => {
  const taken: ConsumeMessage[] = [];
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([channel.prefetch(count), lost]);
  const enough = new Promise<void>((resolve, reject) => {
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(resolve, idleMs);
    };
    const deliver = (message: ConsumeMessage | null): void => {
      if (message !== null) taken.push(message);
      if (message === null) reject(new Error(`queue ${queue} was deleted`));
      else if (taken.length >= count) resolve();
      else wait();
    };
    channel.consume(queue, deliver, { consumerTag }).then(wait, reject);
  });
  try {
    await Promise.race([enough, lost]);
    // What was on its way arrives before the answer.
    await Promise.race([channel.cancel(consumerTag), lost]);
    return taken;
  } finally {
    clearTimeout(timer);
  }
};
