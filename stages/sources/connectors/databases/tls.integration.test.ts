import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificate, type TestCertificate } from '../../../../infra/testing/certificate.js';
import { startMariadb } from '../../../../infra/testing/mariadb.js';
import { startPostgresql } from '../../../../infra/testing/postgresql.js';
import type { TestServer } from '../../../../infra/testing/serverProcess.js';
import { openCatalog } from '../../../../storage/catalog/open-catalog.js';
import { secretResolver } from '../../../../storage/secrets.js';
import { failureOf } from '../testing/databaseSuite.js';
import { contextOf, readAll, rowsOf, sourceOf } from '../testing/reading.js';

const TIMEOUT_MS = 120_000;

type Encrypted = TestServer & { readonly user: string; readonly password: string };

describe.each([
  {
    connector: 'postgresql',
    database: 'postgres',
    runsAs: 'postgres',
    start: ({ certificate, key }: TestCertificate): Promise<Encrypted> =>
      startPostgresql('ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`),
    encrypted: 'SELECT ssl::int AS encrypted FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  },
  {
    connector: 'mysql',
    database: 'test',
    runsAs: 'mysql',
    start: async ({ certificate, key }: TestCertificate): Promise<Encrypted> => {
      const server = await startMariadb(`--ssl-cert=${certificate}`, `--ssl-key=${key}`);
      await server.run('CREATE DATABASE test');
      return server;
    },
    encrypted: `SELECT variable_value <> '' AS encrypted FROM information_schema.session_status
                WHERE variable_name = 'SSL_CIPHER'`,
  },
])('$connector over TLS', ({ connector, database, runsAs, start, encrypted }) => {
  let made: TestCertificate;
  let server: Encrypted;
  beforeAll(async () => {
    made = await makeCertificate(runsAs);
    server = await start(made);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await server.stop();
    await made.remove();
  });

  const read = (further: object) => {
    const { port, user, password } = server;
    const keys = {
      connector,
      host: 'localhost',
      port,
      user,
      database,
      password: 'env:PASSWORD',
      query: encrypted,
    };
    const secrets = { 'env:PASSWORD': password, 'env:CA': made.pem };
    return readAll(sourceOf({ ...keys, ...further }), contextOf(secrets));
  };

  it('is encrypted when the source says so, and only then', async () => {
    expect(rowsOf(await read({ tls: { ca: 'env:CA' } }))).toEqual([{ encrypted: 1 }]);
    expect(rowsOf(await read({}))).toEqual([{ encrypted: 0 }]);
  });

  it('says SOURCE_REFUSED of a certificate that it has no reason to trust', async () => {
    expect((await failureOf(read({ tls: {} }))).code).toBe('SOURCE_REFUSED');
  });

  it('keeps the catalog so too', async () => {
    const { user, port, password } = server;
    const secrets = secretResolver({ PASSWORD: password, CA: made.pem });
    const url = `${connector}://${user}@localhost:${port}/${database}`;
    const catalog = await openCatalog({ url: `${url}?ca=env:CA`, password: 'env:PASSWORD' }, secrets);
    await catalog.ping();
    await catalog.close();
    await expect(
      openCatalog({ url: `${url}?tls=true`, password: 'env:PASSWORD' }, secrets),
    ).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
  });
});

describe('a certificate of another name', () => {
  it('is refused by the connector of PostgreSQL', async () => {
    const made = await makeCertificate('postgres');
    const server = await startPostgresql(
      'ssl=on',
      `ssl_cert_file=${made.certificate}`,
      `ssl_key_file=${made.key}`,
    );
    const { host, port, user, password } = server;
    const keys = {
      connector: 'postgresql',
      host,
      port,
      user,
      database: 'postgres',
      query: 'SELECT 1 AS one',
    };
    const source = sourceOf({ ...keys, password: 'env:PASSWORD', tls: { ca: 'env:CA' } });
    const { code } = await failureOf(
      readAll(source, contextOf({ 'env:PASSWORD': password, 'env:CA': made.pem })),
    );
    expect(code).toBe('SOURCE_REFUSED');
    await server.stop();
    await made.remove();
  }, 120_000);

  it('cannot be asked for of MySQL, whose driver checks names and no addresses', () => {
    const keys = { connector: 'mysql', host: '10.0.0.1', user: 'u', database: 'd', table: 't' };
    expect(() => sourceOf({ ...keys, tls: {} })).toThrow(/server’s name/);
    expect(sourceOf(keys)).toMatchObject({ port: 3306 });
  });
});
