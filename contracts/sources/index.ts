import { z } from 'zod';
import { FilesSource } from './files.js';
import { MongodbSource } from './mongodb.js';
import { MysqlSource } from './mysql.js';
import { PostgresqlSource } from './postgresql.js';
import { RestSource } from './rest.js';

export type { FilesSource } from './files.js';
export type { MongodbSource } from './mongodb.js';
export type { MysqlSource } from './mysql.js';
export type { PostgresqlSource } from './postgresql.js';
export type { RestAuthentication, RestPagination, RestSource } from './rest.js';

/** A new connector is a file beside this one, a line here, and a file in stages/sources/connectors. */
export const Source = z.discriminatedUnion('connector', [
  FilesSource,
  MongodbSource,
  MysqlSource,
  PostgresqlSource,
  RestSource,
]);
export type Source = z.infer<typeof Source>;

export type ConnectorName = Source['connector'];
export type SourceOf<C extends ConnectorName> = Extract<Source, { readonly connector: C }>;
