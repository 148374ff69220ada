import { Producer } from '@platformatic/kafka';
import type { KafkaSource } from '../../../../contracts/index.js';
import type { SecretResolver } from '../../../ports.js';
import { clientOptions } from './client.js';
import type { LogRecord } from './committed.js';

/** A message that cannot be read, with its place and the reason. */
export interface DeadLetter {
  readonly record: LogRecord;
  readonly path: string;
  readonly position: number;
  readonly reason: string;
}

/** Copies the messages to the dead-letter topic, their place and the reason in headers. */
export const produceDeadLetters = async (
  source: KafkaSource,
  secrets: SecretResolver,
  letters: readonly DeadLetter[],
): Promise<void> => {
  const { deadLetterTopic: topic } = source;
  if (topic === undefined || letters.length === 0) return;
  const producer = new Producer({ ...(await clientOptions(source, secrets)), idempotent: true, acks: -1 });
  try {
    await producer.send({
      messages: letters.map(({ record, path, position, reason }) => ({
        topic,
        ...(record.key !== null && { key: record.key }),
        value: record.value ?? Buffer.alloc(0),
        headers: new Map([
          ...record.headers.map(
            ([name, value]) => [name ?? Buffer.alloc(0), value ?? Buffer.alloc(0)] as const,
          ),
          ...Object.entries({
            'plumbline.path': path,
            'plumbline.offset': `${position}`,
            'plumbline.reason': reason,
          }).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const),
        ]),
      })),
    });
  } finally {
    await producer.close();
  }
};
