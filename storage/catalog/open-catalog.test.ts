import { describe, expect, it } from '@jest/globals';
import { secretResolver } from '../secrets.js';
import { codeOf } from '../testing/errors.js';
import { openCatalog } from './open-catalog.js';
import { serverPlace } from './server-place.js';

describe('the URL of a catalog', () => {
  it('names a server, a database and who asks', () => {
    expect(
      serverPlace('postgresql://plumb%40line@[::1]:6000/cat?tls=true&ca=file:/run/ca.pem', 5432),
    ).toEqual({
      host: '::1',
      port: 6000,
      database: 'cat',
      user: 'plumb@line',
      tls: { ca: 'file:/run/ca.pem' },
    });
    expect(serverPlace('mysql://u@db/cat', 3306)).toMatchObject({ host: 'db', port: 3306, tls: null });
  });

  it.each([
    'postgresql://user:canary-secret@host/db',
    'postgresql://user@host/',
    'postgresql://host/db',
    'postgresql://user@host/db?sslmode=disable',
    'mysql://user@host/db?ca=canary-secret',
    'oracle://user@host/db',
    'mysql://user@10.0.0.1/db?tls=true',
  ])('%s is refused without repeating it', async (url) => {
    const opening = openCatalog({ url, password: undefined }, secretResolver({}));
    expect(await codeOf(opening)).toBe('CONFIG_INVALID');
    await expect(opening).rejects.toThrow('PLUMBLINE_CATALOG_URL');
    await expect(opening).rejects.not.toThrow(/canary/);
  });

  it('says SECRET_UNRESOLVED of a password that is not there', async () => {
    const opening = openCatalog(
      { url: 'mysql://u@127.0.0.1:9/cat', password: 'env:NONE' },
      secretResolver({}),
    );
    expect(await codeOf(opening)).toBe('SECRET_UNRESOLVED');
  });
});
