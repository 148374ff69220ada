import ipaddr from 'ipaddr.js';

/** Routed like public ones, but answered by the machine's own provider: Azure's WireServer. */
const PROVIDER_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an IP address belongs to the public Internet: not private, loopback, link-local (where clouds keep their
 * metadata), shared (RFC 6598), multicast, documentation or reserved, and no IPv6 form that carries an IPv4 address
 * (mapped, NAT64, 6to4, Teredo). What is no address is not public.
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || PROVIDER_ADDRESSES.has(parsed.toString())) return false;
  // Of IPv6 only 2000::/3 is given out (RFC 4291, 2.4); ::127.0.0.1 and the like lie outside.
  return parsed instanceof ipaddr.IPv4 || ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000;
};

const bare = (hostname: string): string => hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');

/** `name`, `1.2.3.4`, `::1`, `[::1]`, or one of them with a port (an IPv6 address then in brackets). */
const parseEntry = (entry: string): { readonly host: string; readonly port: string | null } => {
  const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
  return withPort === null
    ? { host: bare(entry), port: null }
    : { host: bare(withPort[1] as string), port: withPort[2] as string };
};

/** Whether a host is named as one that may have a private address. Names and addresses are compared as written. */
export const createAllowList = (entries: readonly string[]) => {
  const parsed = entries.map(parseEntry);
  return (hostname: string, port: string): boolean =>
    parsed.some((entry) => entry.host === bare(hostname) && (entry.port === null || entry.port === port));
};
