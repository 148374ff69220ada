import {
  isErrorCode,
  type MongodbSource,
  type MysqlSource,
  PlumblineError,
  type PostgresqlSource,
  plumblineError,
} from '../../../../contracts/index.js';
import { throwIfCancelled } from '../../../pace.js';
import type { ConnectorContext } from '../connector.js';

export const CONNECT_TIMEOUT_MS = 10_000;

type DatabaseSource = PostgresqlSource | MysqlSource | MongodbSource;

/** What the references of a source stand for. Never kept beyond the connection. */
export interface Credentials {
  readonly password: string;
  readonly ca: string | undefined;
}

/** @throws SECRET_UNRESOLVED */
export const credentialsOf = async (
  source: DatabaseSource,
  { secrets }: ConnectorContext,
): Promise<Credentials> => ({
  password: source.password === undefined ? '' : await secrets.resolve(source.password),
  ca: source.tls?.ca === undefined ? undefined : await secrets.resolve(source.tls.ca),
});

/** What a driver's error means. `null`: it is none of the database's. */
export interface Fault {
  readonly code: 'SOURCE_REFUSED' | 'SOURCE_UNREACHABLE' | 'SOURCE_UNREADABLE' | 'TIMEOUT';
  /** What may be said of it: never contents of a row, never a credential. */
  readonly found: string;
}

const memberOf = (thrown: unknown, name: string): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;

/** A text member of a thrown value; '' when there is none. */
export const textOf = (thrown: unknown, name: 'code' | 'message' | 'severity' | 'sqlMessage'): string => {
  const value = memberOf(thrown, name);
  return typeof value === 'string' ? value : '';
};

/** Codes of node:tls and OpenSSL for a certificate that is not believed. */
const CERTIFICATE = /CERT|SIGNATURE|SELF_SIGNED|^ERR_TLS|^ERR_SSL|HOSTNAME_MISMATCH|SSL_SUPPORT|SSL_ERROR/;

/** Errors of the connection itself, whatever the database. */
export const connectionFault = (thrown: unknown): Fault | null => {
  const [code, message] = [textOf(thrown, 'code'), textOf(thrown, 'message')];
  if (CERTIFICATE.test(code) || /does not support (SSL|secure) connection/.test(message))
    return { code: 'SOURCE_REFUSED', found: `no trusted encrypted connection (${code || message})` };
  if (
    /^(E[A-Z]+|ERR_SOCKET.*|PROTOCOL_CONNECTION_LOST)$/.test(code) ||
    /terminated|timeout|closed state|not queryable|connection (is )?closed/i.test(message)
  )
    return { code: 'SOURCE_UNREACHABLE', found: code || 'the connection broke off' };
  return null;
};

/** A driver's error as a coded one. Its own text and cause may hold values of rows and are left out. */
export const codedError = (
  source: DatabaseSource,
  thrown: unknown,
  faultOf: (thrown: unknown) => Fault | null,
): unknown => {
  if (thrown instanceof PlumblineError || isErrorCode(textOf(thrown, 'code'))) return thrown;
  const fault = faultOf(thrown) ?? connectionFault(thrown);
  if (fault === null) return thrown;
  const where = `${source.host}:${source.port}/${source.database}`;
  const limit = fault.code === 'TIMEOUT' ? '; raise `statementTimeoutSeconds`' : '';
  return plumblineError(fault.code, `source ${source.name} (${where}): ${fault.found}${limit}`, {
    details: { source: source.name, host: source.host, port: source.port },
  });
};

/**
 * Runs work over a connection that is destroyed when the work ends, fails or is cancelled, and translates what
 * the driver throws.
 * @throws CANCELLED, SECRET_UNRESOLVED, and what `faultOf` and the work say
 */
export async function* overConnection<C, T>(
  source: DatabaseSource,
  context: ConnectorContext,
  {
    open,
    destroy,
    faultOf,
  }: {
    readonly open: (credentials: Credentials) => C;
    readonly destroy: (connection: C) => unknown;
    readonly faultOf: (thrown: unknown) => Fault | null;
  },
  work: (connection: C) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { signal } = context;
  throwIfCancelled(signal);
  const connection = open(await credentialsOf(source, context));
  const cancel = (): void => {
    destroy(connection);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const item of work(connection)) {
      throwIfCancelled(signal);
      yield item;
    }
    throwIfCancelled(signal);
  } catch (thrown) {
    throwIfCancelled(signal);
    throw codedError(source, thrown, faultOf);
  } finally {
    signal.removeEventListener('abort', cancel);
    await destroy(connection);
  }
}
