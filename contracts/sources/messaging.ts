import { z } from 'zod';
import { SecretRef } from '../fields.js';

/** What sources that are brokers of messages have in common. */

export const HostAndPort = z
  .string()
  .regex(/^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$/, 'host:port')
  .describe('host:port');

export const Tls = z.strictObject({
  ca: SecretRef.optional().describe('Certificates (PEM) trusted in place of the system’s.'),
  certificate: SecretRef.optional().describe('Certificate (PEM) that the client shows.'),
  key: SecretRef.optional().describe('Private key (PEM) of `certificate`.'),
  serverName: z
    .string()
    .min(1)
    .optional()
    .describe('Name the server’s certificate must hold, if not its host.'),
});
export type Tls = z.infer<typeof Tls>;

export const MessageValue = z
  .enum(['json', 'text', 'bytes'])
  .default('json')
  .describe(
    'json: an object, whose members become fields; text: UTF-8, the field `text`; bytes: the field `value` in base64.',
  );
export type MessageValue = z.infer<typeof MessageValue>;
