import { plumblineError } from '../../contracts/index.js';

/** Name of the folder of unfinished writes; no key may begin with it. */
export const UNFINISHED = '.unfinished';

/** Longest key that every adapter can keep (S3 allows 1,024 bytes). */
const KEY_BYTES_MAX = 1024;

const problemOf = (key: string): string | undefined => {
  if (key === '') return 'is empty';
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `is longer than ${KEY_BYTES_MAX} bytes`;
  if (key.includes('\0')) return 'holds a NUL';
  if (key.includes('\\')) return 'holds a backslash';
  if (key.startsWith('/')) return 'is absolute';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return 'has an empty, `.` or `..` segment';
  return segments[0] === UNFINISHED ? 'begins with a reserved folder' : undefined;
};

/** @throws REQUEST_INVALID unless the key is a plain relative path `a/b/c`. @returns the key. */
export const checkKey = (key: string): string => {
  const problem = problemOf(key);
  if (problem !== undefined)
    throw plumblineError('REQUEST_INVALID', `object key ${JSON.stringify(key)} ${problem}`, {
      details: { key },
    });
  return key;
};
