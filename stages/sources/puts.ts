import type { BlobStore } from '../ports.js';

const PUTS_AT_ONCE = 16;

/** Puts raw bytes while reading goes on; of those under way there are at most sixteen. */
export const createPuts = (blobs: BlobStore) => {
  const underWay = new Set<Promise<unknown>>();
  let failure: { readonly thrown: unknown } | undefined;
  const throwIfFailed = (): void => {
    if (failure !== undefined) throw failure.thrown;
  };
  const settled = async (): Promise<void> => {
    await Promise.all(underWay);
  };
  return {
    /** Begins to put the bytes. @throws what an earlier one failed with */
    add: async (raw: Uint8Array): Promise<void> => {
      while (underWay.size >= PUTS_AT_ONCE) await Promise.race(underWay);
      throwIfFailed();
      const put = blobs
        .put(raw)
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => underWay.delete(put));
      underWay.add(put);
    },
    /** Waits for all that are under way, whatever comes of them. */
    settled,
    /** All bytes are stored now. @throws what one of them failed with */
    all: async (): Promise<void> => {
      await settled();
      throwIfFailed();
    },
  };
};
