/** The name that robots.txt files address. */
export const PRODUCT = 'Plumbline';

/** Says who asks, and whom to turn to (RFC 9110, 10.1.5). */
export const userAgentOf = (contact?: string): string =>
  contact === undefined ? PRODUCT : `${PRODUCT} (+${contact.replace(/[()\\]/g, '')})`;
