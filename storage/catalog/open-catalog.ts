import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { plumblineError } from '../../contracts/index.js';
import type { SecretResolver } from '../../stages/ports.js';
import { type CatalogDatabase, openCatalogDatabase } from './database.js';
import { openMysqlCatalog } from './mysql.js';
import { openPostgresqlCatalog } from './postgresql.js';
import { type Credentials, type ServerPlace, serverPlace } from './server-place.js';

/** Where the catalog is, and the reference to the password of a server. */
export interface CatalogPlace {
  readonly url: string;
  readonly password: string | undefined;
}

/**
 * Opens the catalog that a URL names: a file, or a database of PostgreSQL, MySQL or MariaDB.
 * @throws CONFIG_INVALID, SECRET_UNRESOLVED, CATALOG_UNAVAILABLE, DISK_FULL
 */
export const openCatalog = async (
  { url, password }: CatalogPlace,
  secrets: SecretResolver,
): Promise<CatalogDatabase> => {
  const credentialsOf =
    ({ tls }: ServerPlace) =>
    async (): Promise<Credentials> => ({
      password: password === undefined ? '' : await secrets.resolve(password),
      ca: tls === null || tls.ca === null ? undefined : await secrets.resolve(tls.ca),
    });
  const { protocol } = new URL(url);
  switch (protocol) {
    case 'file:':
      return openCatalogDatabase(fileURLToPath(url));
    case 'postgres:':
    case 'postgresql:': {
      const place = serverPlace(url, 5432);
      return openPostgresqlCatalog(place, credentialsOf(place));
    }
    case 'mysql:':
    case 'mariadb:': {
      const place = serverPlace(url, 3306);
      // The driver checks the name of a certificate, and for an address would take that of localhost.
      if (place.tls !== null && isIP(place.host) !== 0)
        throw plumblineError(
          'CONFIG_INVALID',
          'PLUMBLINE_CATALOG_URL: tls needs the server’s name, not its address',
          { details: { variable: 'PLUMBLINE_CATALOG_URL' } },
        );
      return openMysqlCatalog(place, credentialsOf(place));
    }
    default:
      throw plumblineError(
        'CONFIG_INVALID',
        `PLUMBLINE_CATALOG_URL: no adapter serves ${protocol}; use file:, postgresql: or mysql:`,
        { details: { variable: 'PLUMBLINE_CATALOG_URL', protocol } },
      );
  }
};
