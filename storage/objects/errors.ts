import { PlumblineError, plumblineError } from '../../contracts/index.js';
import { errnoOf } from '../errno.js';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);
/** EISDIR and ENOTDIR: a part of the key is another object's name, so this object is not there. */
const ABSENT = new Set(['ENOENT', 'EISDIR', 'ENOTDIR']);

/** A failed file operation as a coded error. */
export const objectError = (
  thrown: unknown,
  operation: 'put' | 'get' | 'list' | 'delete',
  key: string,
): PlumblineError => {
  if (thrown instanceof PlumblineError) return thrown;
  const errno = errnoOf(thrown) ?? 'unknown error';
  const extra = { details: { operation, key, errno }, cause: thrown };
  if (NO_SPACE.has(errno)) return plumblineError('DISK_FULL', `no space left to write object ${key}`, extra);
  if (operation === 'get' && ABSENT.has(errno))
    return plumblineError('OBJECT_NOT_FOUND', `there is no object ${key}`, extra);
  return plumblineError('OBJECT_STORE_UNAVAILABLE', `cannot ${operation} object ${key}: ${errno}`, extra);
};
