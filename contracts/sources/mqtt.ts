import { z } from 'zod';
import { SecretRef } from '../fields.js';
import { sourceFields } from './common.js';
import { HostAndPort, Tls } from './messaging.js';

export const AggregateName = z.enum(['mean', 'min', 'max', 'std', 'last', 'count']);
export type AggregateName = z.infer<typeof AggregateName>;

const SLIDES_MAX = 100;

const Window = z
  .strictObject({
    seconds: z.number().int().min(1).optional().describe('Length in seconds of the messages’ own time.'),
    messages: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Length in messages of a sensor, in place of `seconds`.'),
    slide: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('From the start of a window to that of the next, in the same unit; left out: the length.'),
    lateSeconds: z
      .number()
      .min(0)
      .default(10)
      .describe('A window of seconds is closed once a message is so much younger than its end.'),
    aggregate: z
      .array(AggregateName)
      .min(1)
      .default(['mean', 'min', 'max', 'std', 'last', 'count'])
      .describe('What is kept of each value: std is that of a sample.'),
    raw: z.boolean().default(false).describe('Keep the single values too, as `samples`.'),
  })
  .refine(({ seconds, messages }) => (seconds === undefined) !== (messages === undefined), {
    message: 'give either seconds or messages',
  })
  .refine(
    ({ seconds, messages, slide }) => {
      const length = seconds ?? messages ?? 1;
      return slide === undefined || (slide <= length && slide * SLIDES_MAX >= length);
    },
    { path: ['slide'], message: `slide is at most the length and at least a ${SLIDES_MAX}th of it` },
  );

/** Sensors that publish to an MQTT broker. */
export const MqttSource = z.strictObject({
  connector: z.literal('mqtt').describe('Gathers messages of sensors from an MQTT 5 broker into windows.'),
  address: HostAndPort.describe('host:port of the broker.'),
  clientId: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/)
    .describe(
      'Names the session in which the broker keeps messages between collections; one for each source.',
    ),
  topics: z
    .array(z.string().min(1).max(1000))
    .min(1)
    .max(100)
    .describe('Topic filters; + and # are wildcards.'),
  credentials: z
    .strictObject({
      username: SecretRef.describe('Reference to the user name.'),
      password: SecretRef.describe('Reference to the password.'),
    })
    .optional()
    .describe('Left out: without credentials.'),
  tls: Tls.optional().describe('Left out: without encryption.'),
  sensorField: z
    .string()
    .min(1)
    .optional()
    .describe('Field that names the sensor within its topic; left out: the topic names it.'),
  timeField: z
    .string()
    .min(1)
    .default('time')
    .describe(
      'Field with the time, ISO 8601 or Unix seconds or milliseconds; without it, the arrival counts.',
    ),
  aheadSeconds: z
    .number()
    .min(0)
    .default(300)
    .describe('Messages whose time is so far in the future are quarantined.'),
  window: Window.describe('What is gathered into one record.'),
  messagesMax: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(10_000)
    .describe('Messages of one collection, those of windows that are still open included.'),
  sessionSeconds: z
    .number()
    .int()
    .min(60)
    .max(4_294_967_294)
    .default(604_800)
    .describe('The broker drops the session when nobody has collected for so long.'),
  idleMs: z
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe('A collection ends when nothing has come for so long.'),
  ...sourceFields,
});
export type MqttSource = z.infer<typeof MqttSource>;
