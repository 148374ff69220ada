import { setTimeout as sleep } from 'node:timers/promises';
import { plumblineError } from '../../contracts/index.js';
import { errnoOf, messageOf } from '../errno.js';

/** How long a write waits for other processes' writes; theirs take milliseconds. */
const BUSY_MS_MAX = 20_000;
const BUSY_PAUSE_MS_MAX = 50;

/** SQLite's result codes (sqlite.org/rescode.html) that mean the file or its folder is at fault. */
const UNAVAILABLE =
  /^SQLITE_(BUSY|LOCKED|CANTOPEN|IOERR|READONLY|CORRUPT|NOTADB|PERM|NOMEM|PROTOCOL)|^E[A-Z]+$|ConnectionFailed|connection is not open|already been destroyed/;

const isBusy = (thrown: unknown): boolean => errnoOf(thrown)?.startsWith('SQLITE_BUSY') ?? false;

const catalogError = (thrown: unknown): unknown => {
  const [code, message] = [errnoOf(thrown) ?? '', messageOf(thrown)];
  const extra = { details: { code }, cause: thrown };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return plumblineError('DISK_FULL', 'no space left to write the catalog', extra);
  if (UNAVAILABLE.test(code) || UNAVAILABLE.test(message))
    return plumblineError('CATALOG_UNAVAILABLE', `the catalog cannot be used: ${message}`, extra);
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
      if (!isBusy(thrown) || performance.now() > deadline) throw catalogError(thrown);
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
};
