import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { createAllowList, isPublicAddress } from './address.js';
import { HttpFault } from './fault.js';

const CONNECT_TIMEOUT_MS = 10_000;

const forbidden = (hostname: string): HttpFault =>
  new HttpFault('address-forbidden', `${hostname} has a private, loopback or link-local address`);

/**
 * The resolver's answer reaches the socket only if every address in it is public: what is checked is what is
 * connected to, so that a name that changes its address between two questions (DNS rebinding) gains nothing.
 */
const publicOnly =
  (lookup: LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const addresses = typeof found === 'string' ? [{ address: found, family: 4 }] : found;
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(forbidden(hostname), '');
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });

export interface ConnectOptions {
  /** Hosts that may have private addresses. */
  readonly allowPrivate: readonly string[];
  /** As dns.lookup; tests give one of their own. */
  readonly lookup?: LookupFunction | undefined;
}

/** Opens sockets for undici to public addresses, and to private ones of the hosts that are named. */
export const guardedConnector = ({
  allowPrivate,
  lookup = dns.lookup as LookupFunction,
}: ConnectOptions): buildConnector.connector => {
  const mayBePrivate = createAllowList(allowPrivate);
  const open = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup });
  const guarded = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: publicOnly(lookup) });
  return (options, callback) => {
    const hostname = options.hostname.replace(/^\[|\]$/g, '');
    const port = options.port || (options.protocol === 'https:' ? '443' : '80');
    if (mayBePrivate(hostname, port)) return open(options, callback);
    // An address written out is connected to without asking the resolver.
    if (/^[\d.]+$|:/.test(hostname) && !isPublicAddress(hostname)) return callback(forbidden(hostname), null);
    guarded(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if (isPublicAddress(socket.remoteAddress ?? '')) return callback(null, socket);
      socket.destroy();
      callback(forbidden(hostname), null);
    });
  };
};
