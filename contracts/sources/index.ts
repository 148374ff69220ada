import { z } from 'zod';
import { FilesSource } from './files.js';
import { KafkaSource } from './kafka.js';
import { MqttSource } from './mqtt.js';
import { RabbitmqSource } from './rabbitmq.js';

export type { FilesSource } from './files.js';
export type { KafkaSource } from './kafka.js';
export type { MessageValue, Tls } from './messaging.js';
export type { AggregateName, MqttSource } from './mqtt.js';
export type { RabbitmqSource } from './rabbitmq.js';

/** A new connector is a file beside this one, a line here, and a file in stages/sources/connectors. */
export const Source = z.discriminatedUnion('connector', [
  FilesSource,
  KafkaSource,
  MqttSource,
  RabbitmqSource,
]);
export type Source = z.infer<typeof Source>;

export type ConnectorName = Source['connector'];
export type SourceOf<C extends ConnectorName> = Extract<Source, { readonly connector: C }>;
