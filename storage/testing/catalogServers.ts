import { startMariadb } from '../../infra/testing/mariadb.js';
import { startPostgresql } from '../../infra/testing/postgresql.js';

/** A real server for catalogs. */
export interface CatalogServer {
  readonly password: string;
  /** Makes an empty database. @returns its URL. */
  emptyDatabase(): Promise<string>;
  /** Runs a statement as the administrator in the database of a URL. */
  run(url: string, sql: string): Promise<unknown>;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const databaseIn = (url: string): string => new URL(url).pathname.slice(1);

/** The servers that keep catalogs, by the name that tests call them. */
export const CATALOG_SERVERS: Readonly<Record<string, () => Promise<CatalogServer>>> = {
  PostgreSQL: async () => {
    const server = await startPostgresql();
    let databases = 0;
    return {
      ...server,
      emptyDatabase: async () => {
        const name = `catalog_${databases++}`;
        await server.run(`CREATE DATABASE ${name}`);
        return `postgresql://${server.user}@${server.host}:${server.port}/${name}`;
      },
      run: (url, sql) => server.run(sql, databaseIn(url)),
    };
  },
  MariaDB: async () => {
    const server = await startMariadb();
    let databases = 0;
    return {
      ...server,
      emptyDatabase: async () => {
        const name = `catalog_${databases++}`;
        await server.run(`CREATE DATABASE ${name} CHARACTER SET latin1 COLLATE latin1_swedish_ci`);
        return `mysql://${server.user}@${server.host}:${server.port}/${name}`;
      },
      run: (url, sql) => server.run(sql, databaseIn(url)),
    };
  },
};
