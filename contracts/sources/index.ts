import { z } from 'zod';
import { CatalogSource } from './catalog.js';
import { CrawlSource } from './crawl.js';
import { FilesSource } from './files.js';
import { KafkaSource } from './kafka.js';
import { MongodbSource } from './mongodb.js';
import { MqttSource } from './mqtt.js';
import { MysqlSource } from './mysql.js';
import { PostgresqlSource } from './postgresql.js';
import { RabbitmqSource } from './rabbitmq.js';
import { RestSource } from './rest.js';

export type { CatalogSource } from './catalog.js';
export type { CrawledType, CrawlSource } from './crawl.js';
export type { FilesSource } from './files.js';
export type { KafkaSource } from './kafka.js';
export type { MessageValue, Tls } from './messaging.js';
export type { MongodbSource } from './mongodb.js';
export type { AggregateName, MqttSource } from './mqtt.js';
export type { MysqlSource } from './mysql.js';
export type { PostgresqlSource } from './postgresql.js';
export type { RabbitmqSource } from './rabbitmq.js';
export type { RestAuthentication, RestPagination, RestSource } from './rest.js';

/** A new connector is a file beside this one, a line here, and a file in stages/sources/connectors. */
export const Source = z.discriminatedUnion('connector', [
  FilesSource,
  CatalogSource,
  CrawlSource,
  KafkaSource,
  MongodbSource,
  MqttSource,
  MysqlSource,
  PostgresqlSource,
  RabbitmqSource,
  RestSource,
]);
export type Source = z.infer<typeof Source>;

export type ConnectorName = Source['connector'];
export type SourceOf<C extends ConnectorName> = Extract<Source, { readonly connector: C }>;
