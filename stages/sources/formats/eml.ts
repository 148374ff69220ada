import { mailHeader } from './mailHeader.js';
import { wholeFile } from './wholeFile.js';

/** One RFC 822 mail a file. */
export const eml = wholeFile((raw) => (name) => mailHeader(raw, name));
