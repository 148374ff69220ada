import { z } from 'zod';
import { SecretRef } from '../fields.js';
import { sourceFields } from './common.js';
import { HostAndPort, MessageValue, Tls } from './messaging.js';

/** A queue of RabbitMQ. */
export const RabbitmqSource = z.strictObject({
  connector: z.literal('rabbitmq').describe('Takes messages from a queue of RabbitMQ (AMQP 0-9-1).'),
  address: HostAndPort.describe('host:port of the broker.'),
  vhost: z.string().min(1).default('/').describe('Virtual host.'),
  queue: z.string().min(1).max(255).describe('An existing queue.'),
  credentials: z
    .strictObject({
      username: SecretRef.describe('Reference to the user name.'),
      password: SecretRef.describe('Reference to the password.'),
    })
    .optional()
    .describe('Left out: guest, which RabbitMQ lets in from its own machine only.'),
  tls: Tls.optional().describe('Left out: without encryption.'),
  value: MessageValue,
  prefetch: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .describe('Messages that are fetched and held in memory at a time.'),
  idleMs: z
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe('A collection ends when the queue has given nothing for so long.'),
  ...sourceFields,
});
export type RabbitmqSource = z.infer<typeof RabbitmqSource>;
