import { plumblineError, SecretRef } from '../../contracts/index.js';

/** A database server that keeps the catalog, as PLUMBLINE_CATALOG_URL names it. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Null: not encrypted. */
  readonly tls: { readonly ca: string | null } | null;
}

export interface Credentials {
  readonly password: string;
  /** Certificates in PEM form; undefined: the well-known authorities. */
  readonly ca: string | undefined;
}

const refuse = (found: string) =>
  plumblineError('CONFIG_INVALID', `PLUMBLINE_CATALOG_URL: ${found}`, {
    details: { variable: 'PLUMBLINE_CATALOG_URL' },
  });

const tlsOf = (parameters: URLSearchParams): ServerPlace['tls'] => {
  const unknown = [...parameters.keys()].find((name) => name !== 'tls' && name !== 'ca');
  if (unknown !== undefined) throw refuse(`the parameter "${unknown}" is neither tls nor ca`);
  const [tls, ca] = [parameters.get('tls'), parameters.get('ca')];
  if (tls !== null && tls !== 'true') throw refuse('tls is "true" or left out');
  if (ca !== null && !SecretRef.safeParse(ca).success)
    throw refuse('ca is no reference env:NAME or file:/path');
  return tls === null && ca === null ? null : { ca };
};

/**
 * `SCHEME://USER@HOST:PORT/DATABASE?tls=true&ca=file:/path`. A password in it is refused, since URLs are shown.
 * @throws CONFIG_INVALID, never repeating the URL
 */
export const serverPlace = (url: string, defaultPort: number): ServerPlace => {
  const { hostname, port, pathname, username, password, searchParams } = new URL(url);
  if (password !== '') throw refuse('it holds a password; set PLUMBLINE_CATALOG_PASSWORD to a reference');
  const database = decodeURIComponent(pathname.slice(1));
  if (hostname === '' || database === '' || database.includes('/') || username === '')
    throw refuse('it must name user, host and database, as postgresql://user@host/database');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPort : Number(port),
    database,
    user: decodeURIComponent(username),
    tls: tlsOf(searchParams),
  };
};
