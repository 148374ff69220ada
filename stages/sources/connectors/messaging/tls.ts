import type { Tls } from '../../../../contracts/index.js';
import type { SecretResolver } from '../../../ports.js';

/** What `node:tls` is told. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** @throws SECRET_UNRESOLVED */
export const resolveTls = async (tls: Tls, secrets: SecretResolver): Promise<TlsOptions> => ({
  ...(tls.ca !== undefined && { ca: await secrets.resolve(tls.ca) }),
  ...(tls.certificate !== undefined && { cert: await secrets.resolve(tls.certificate) }),
  ...(tls.key !== undefined && { key: await secrets.resolve(tls.key) }),
  ...(tls.serverName !== undefined && { servername: tls.serverName }),
});
