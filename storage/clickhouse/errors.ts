import { ClickHouseError } from '@clickhouse/client';
import { PlumblineError, plumblineError } from '../../contracts/index.js';
import { classOf, errnoOf, messageOf } from '../errno.js';

/** Server codes (ErrorCodes.cpp of ClickHouse) that mean something else than a fault of ours. */
const NOT_ENOUGH_SPACE = '243';
const TIMEOUT_EXCEEDED = '159';
const AUTHENTICATION_FAILED = '516';
const UNKNOWN_TABLE = '60';
const UNKNOWN_DATABASE = '81';

/** Programming errors keep their class; all else that the client throws is about reaching the server. */
const BUGS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'ZodError']);

/** The database or a table is missing: the server was given a fresh folder since the schema was made. */
export const isSchemaMissing = (thrown: unknown): boolean =>
  thrown instanceof ClickHouseError && (thrown.code === UNKNOWN_TABLE || thrown.code === UNKNOWN_DATABASE);

/** Server messages may quote rows, so neither the message nor the cause is passed on: only code and type. */
const serverError = (error: ClickHouseError, name: string): PlumblineError => {
  const extra = { details: { query: name, clickhouseCode: error.code, clickhouseType: error.type ?? '' } };
  const what = `ClickHouse error ${error.code} (${error.type ?? 'unknown'}) in ${name}`;
  if (error.code === NOT_ENOUGH_SPACE || error.message.includes('No space left on device'))
    return plumblineError('DISK_FULL', `${what}: no space left in its folder`, extra);
  if (error.code === TIMEOUT_EXCEEDED) return plumblineError('TIMEOUT', what, extra);
  if (error.code === AUTHENTICATION_FAILED)
    return plumblineError('CLICKHOUSE_UNREACHABLE', `${what}: it refuses the user or the password`, extra);
  return plumblineError('INTERNAL', what, extra);
};

/**
 * What the client threw as a coded error.
 * @param name of the query or table, for people
 */
export const clickHouseError = (thrown: unknown, name: string, url: string): unknown => {
  if (thrown instanceof PlumblineError) return thrown;
  if (thrown instanceof ClickHouseError) return serverError(thrown, name);
  if (BUGS.has(classOf(thrown))) return thrown;
  const reason = errnoOf(thrown) ?? messageOf(thrown);
  return plumblineError('CLICKHOUSE_UNREACHABLE', `ClickHouse at ${url} does not answer: ${reason}`, {
    details: { query: name, url, reason },
    cause: thrown,
  });
};
