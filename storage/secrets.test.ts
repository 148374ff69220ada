import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { secretResolver } from './secrets.js';
import { codeOf } from './testing/errors.js';

describe('secret references', () => {
  it('are read from the environment and from files, without the last line break', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-secrets-'));
    await writeFile(join(folder, 'token'), 'from file\n');
    const secrets = secretResolver({ TOKEN: 'from env' });
    expect(await secrets.resolve('env:TOKEN')).toBe('from env');
    expect(await secrets.resolve(`file:${join(folder, 'token')}`)).toBe('from file');
    await rm(folder, { recursive: true });
  });

  it('that name nothing are SECRET_UNRESOLVED', async () => {
    const secrets = secretResolver({ EMPTY: '' });
    for (const reference of ['env:MISSING', 'env:EMPTY', 'file:/no/such/file'])
      expect(await codeOf(secrets.resolve(reference))).toBe('SECRET_UNRESOLVED');
  });

  it('that are a pasted secret are refused without repeating it', async () => {
    const pasted = secretResolver({}).resolve('hf_pasted');
    await expect(pasted).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
    await expect(pasted).rejects.not.toThrow(/hf_pasted/);
  });
});
