import { z } from 'zod';
import { SecretRef } from '../fields.js';
import { sourceFields } from './common.js';
import { HostAndPort, MessageValue, Tls } from './messaging.js';

const Topic = z
  .string()
  .regex(/^[a-zA-Z0-9._*-]{1,249}$/, 'letters, digits, dots, underscores and hyphens; * for any of them');

/** Topics of a Kafka cluster. */
export const KafkaSource = z.strictObject({
  connector: z.literal('kafka').describe('Reads topics of Apache Kafka.'),
  brokers: z.array(HostAndPort).min(1).describe('Brokers to ask first; the others are found through them.'),
  topics: z.array(Topic).min(1).describe('Topics, in the order they are read; * stands for any characters.'),
  value: MessageValue,
  consumerGroup: z
    .string()
    .min(1)
    .max(249)
    .optional()
    .describe('Group whose offsets are set as batches are published, so that tools can show the lag.'),
  deadLetterTopic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,249}$/)
    .optional()
    .describe('Existing topic that messages which cannot be read are copied to.'),
  sasl: z
    .strictObject({
      mechanism: z
        .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
        .describe('How the client proves itself.'),
      username: SecretRef.describe('Reference to the user name.'),
      password: SecretRef.describe('Reference to the password.'),
    })
    .optional()
    .describe('Left out: without credentials.'),
  tls: Tls.optional().describe('Left out: without encryption.'),
  ...sourceFields,
});
export type KafkaSource = z.infer<typeof KafkaSource>;
