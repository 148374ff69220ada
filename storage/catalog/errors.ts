import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError, plumblineError } from '../../contracts/index.js';
import { errnoOf, messageOf } from '../errno.js';

/** How long a write waits for other processes' writes; theirs take milliseconds. */
const BUSY_MS_MAX = 20_000;
const BUSY_PAUSE_MS_MAX = 50;

/**
 * Codes that mean the catalog itself is at fault: SQLite's result codes (sqlite.org/rescode.html), classes of
 * PostgreSQL's SQLSTATE (its manual, appendix A), names of MySQL's and MariaDB's errors, errno names of Node.js.
 */
const UNAVAILABLE: readonly RegExp[] = [
  /^SQLITE_(BUSY|LOCKED|CANTOPEN|IOERR|READONLY|CORRUPT|NOTADB|PERM|NOMEM|PROTOCOL)/,
  /^(08|25006|28|3D|40|42501|53|55P03|57P|58)[0-9A-Z]*$/,
  /^ER_(ACCESS_DENIED|DBACCESS_DENIED|TABLEACCESS_DENIED|BAD_DB|CON_COUNT|TOO_MANY_USER|SERVER_SHUTDOWN|LOCK_)/,
  /^ER_(CONNECTION_KILLED|OPTION_PREVENTS_STATEMENT|HOST_|UNKNOWN_COLLATION|CANT_EXECUTE_IN_READ_ONLY)/,
  /^(E[A-Z]+|PROTOCOL_CONNECTION_LOST|HANDSHAKE_.*|AUTH_SWITCH_.*|.*CERT.*|ERR_TLS.*|.*SELF_SIGNED.*)$/,
];
const UNAVAILABLE_MESSAGE =
  /ConnectionFailed|connection is not open|already been destroyed|after calling end|Pool is closed|[Cc]onnection terminated|exceeded when trying to connect|closed state|^SASL|does not support (SSL|secure)/;

/** The other writers will be done soon: SQLite's lock, serialisation failures and deadlocks of the servers. */
const BUSY = /^(SQLITE_BUSY.*|40001|40P01|55P03|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_CHECKREAD)$/;

const FULL = /^(SQLITE_FULL|ENOSPC|53100|ER_DISK_FULL|ER_RECORD_FILE_FULL)$/;

const catalogError = (thrown: unknown): unknown => {
  if (thrown instanceof PlumblineError) return thrown;
  const [code, message] = [errnoOf(thrown) ?? '', messageOf(thrown)];
  const extra = { details: { code }, cause: thrown };
  if (FULL.test(code)) return plumblineError('DISK_FULL', 'no space left to write the catalog', extra);
  if (UNAVAILABLE.some((each) => each.test(code)) || UNAVAILABLE_MESSAGE.test(message))
    return plumblineError('CATALOG_UNAVAILABLE', `the catalog cannot be used: ${message || code}`, extra);
  return thrown;
};

/**
 * Runs a piece of catalog work, again while another process writes, and translates the engine's errors. The
 * wait is here and not in the engine's busy_timeout, because that one would block the event loop, and with it
 * a transaction of another connection of this process that has yet to commit.
 * @throws CATALOG_UNAVAILABLE, DISK_FULL
 */
export const whenFree = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + BUSY_MS_MAX;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, BUSY_PAUSE_MS_MAX)) {
    try {
      return await work();
    } catch (thrown) {
      if (!BUSY.test(errnoOf(thrown) ?? '') || performance.now() > deadline) throw catalogError(thrown);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
};
