/*
 * Thrown values are looked at by their members, not by `instanceof`: drivers' errors may come from another
 * realm (jest's sandbox has its own Error).
 */
const memberOf = (thrown: unknown, member: 'code' | 'message' | 'name'): string | undefined => {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const value: unknown = Reflect.get(thrown, member);
  return typeof value === 'string' ? value : undefined;
};

/** The errno name (`ENOENT`) or driver code (`SQLITE_BUSY`) of a thrown error, or undefined. */
export const errnoOf = (thrown: unknown): string | undefined => memberOf(thrown, 'code');

export const messageOf = (thrown: unknown): string => memberOf(thrown, 'message') ?? String(thrown);

/** `TypeError` and the like. */
export const classOf = (thrown: unknown): string => memberOf(thrown, 'name') ?? typeof thrown;
