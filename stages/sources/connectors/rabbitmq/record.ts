import type { ConsumeMessage } from 'amqplib';
import type { RabbitmqSource } from '../../../../contracts/index.js';
import type { FormatRecord } from '../../formats/format.js';
import { faultyRecord } from '../../formats/row.js';
import { messageRecord } from '../messaging/message.js';

/** Headers that brokers write when they deliver again or dead-letter: with them a message would be another each time. */
const OF_DELIVERY = /^x-(death|first-death-|last-death-|delivery-count|acquired-count)/;

type Value = Readonly<Record<string, unknown>>;

const headerFields = (headers: Value): Value =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !OF_DELIVERY.test(name))
      .map(([name, value]) => [`headers.${name}`, value]),
  );

/** AMQP's timestamps count seconds. */
const instantOf = (seconds: unknown): string | undefined => {
  const instant = new Date(Number(seconds) * 1000);
  return typeof seconds === 'number' && !Number.isNaN(instant.getTime()) ? instant.toISOString() : undefined;
};

/** A message with its properties as fields, without those of this delivery: delivered again, it is the same record. */
export const recordOf = (source: RabbitmqSource, message: ConsumeMessage): FormatRecord => {
  const { content, fields, properties } = message;
  const encoding: unknown = properties.contentEncoding;
  if (typeof encoding === 'string' && !/^(identity|utf-?8)?$/i.test(encoding) && source.value !== 'bytes')
    return faultyRecord(content, source.recordBytesMax, 'content-encoding');
  const metadata = {
    routingKey: fields.routingKey,
    messageId: properties.messageId as unknown,
    type: properties.type as unknown,
    timestamp: instantOf(properties.timestamp),
    ...headerFields((properties.headers ?? {}) as Value),
  };
  const known = Object.entries(metadata).filter(([, value]) => value !== undefined);
  return messageRecord(content, Object.fromEntries(known), source);
};
