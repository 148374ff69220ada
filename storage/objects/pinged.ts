import type { ObjectStore } from '../../stages/ports.js';

/** References, resolved at the moment of use: `env:NAME`, `file:/path`. */
export interface Credentials {
  readonly accessKey?: string | undefined;
  readonly secretKey?: string | undefined;
}

export interface PingedObjectStore extends ObjectStore {
  /** Reads, changes nothing. @throws OBJECT_STORE_UNAVAILABLE, SECRET_UNRESOLVED */
  ping(): Promise<void>;
}
