/**
 * Canonical JSON: object keys sorted, no white space, undefined members left out, so that equal values have
 * equal bytes and can be hashed (in the spirit of RFC 8785; numbers are written as JSON.stringify does).
 */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
