import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ROLES, type Role } from '../../contracts/index.js';

export interface ApiKey {
  readonly role: Role;
  /** The key itself, already resolved from its reference. Only its digest is kept. */
  readonly key: string;
}

/** The configured keys with their references resolved. @throws SECRET_UNRESOLVED */
export const resolveKeys = (
  keys: readonly { readonly role: Role; readonly key: string }[],
  secrets: { resolve(reference: string): Promise<string> },
): Promise<ApiKey[]> =>
  Promise.all(keys.map(async ({ role, key }) => ({ role, key: (await secrets.resolve(key)).trim() })));

/** Who calls: `keyId` is the start of the key's SHA-256, fit for logs and rate limits. */
export interface Principal {
  readonly role: Role;
  readonly keyId: string;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** True when `role` may do what `needed` may: viewer < operator < admin. */
export const roleAllows = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** The key of `Authorization: Bearer KEY` (RFC 6750) or `x-api-key: KEY`, or null where there is none. */
export const presentedKey = (headers: IncomingHttpHeaders): string | null => {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const header = headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : null;
};

/**
 * Looks keys up by digest. Every configured digest is compared in constant time, so that neither the place nor
 * the length of a match shows in the time taken; of equal keys the highest role counts.
 */
export const keyRing = (
  keys: readonly ApiKey[],
): { readonly size: number; find(key: string): Principal | null } => {
  const entries = keys
    .map(({ role, key }) => ({ role, digest: sha256(key) }))
    .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  return {
    size: entries.length,
    find(key) {
      const digest = sha256(key);
      let found: Principal | null = null;
      for (const entry of entries)
        if (timingSafeEqual(entry.digest, digest))
          found = { role: entry.role, keyId: digest.toString('hex').slice(0, 12) };
      return found;
    },
  };
};
