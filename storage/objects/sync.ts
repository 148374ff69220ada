import { open } from 'node:fs/promises';

const syncNow = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Makes the names in a folder durable. Calls that come while a sync of the same folder runs share the next
 * one, so that many small writes at once cost few syncs.
 */
export const folderSync = (): ((folder: string) => Promise<void>) => {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();

  const start = (folder: string): Promise<void> => {
    const sync = syncNow(folder).finally(() => running.delete(folder));
    running.set(folder, sync);
    return sync;
  };

  return (folder) => {
    const current = running.get(folder);
    if (current === undefined) return start(folder);
    const next = waiting.get(folder);
    if (next !== undefined) return next;
    const promised = current
      .catch(() => undefined) // Its own callers are told; this one is about the names written since.
      .then(() => {
        waiting.delete(folder);
        return start(folder);
      });
    waiting.set(folder, promised);
    return promised;
  };
};
