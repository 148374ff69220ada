import { readFile } from 'node:fs/promises';
import { plumblineError } from '../contracts/index.js';
import type { SecretResolver } from '../stages/ports.js';
import { errnoOf } from './errno.js';

const unresolved = (reference: string, found: string) =>
  plumblineError('SECRET_UNRESOLVED', `secret ${reference}: ${found}`, { details: { reference } });

const readSecretFile = async (reference: string, path: string): Promise<string> => {
  try {
    // Editors and `kubectl create secret` leave a last line break that is no part of the secret.
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (thrown) {
    throw unresolved(reference, `the file cannot be read (${errnoOf(thrown) ?? 'unknown error'})`);
  }
};

/** Resolves `env:NAME` and `file:/path`; values are read at every call, so that a rotated secret is seen. */
export const secretResolver = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): SecretResolver => ({
  resolve: async (reference) => {
    const colon = reference.indexOf(':');
    const [scheme, rest] = [reference.slice(0, colon), reference.slice(colon + 1)];
    if (colon < 0 || (scheme !== 'env' && scheme !== 'file'))
      // The text itself may be a secret that somebody pasted, so the message does not repeat it.
      throw plumblineError('SECRET_UNRESOLVED', 'a secret must be given as env:NAME or file:/path');
    const value = scheme === 'env' ? env[rest] : await readSecretFile(reference, rest);
    if (value === undefined || value === '') throw unresolved(reference, 'it is unset or empty');
    return value;
  },
});
