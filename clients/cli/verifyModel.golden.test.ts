import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { verifyModelFolder } from './verifyModel.js';

const goldens = fileURLToPath(new URL('../../nn/goldens/', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-verify-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const copyOf = (name: string) => {
  const folder = join(scratch, name);
  cpSync(join(goldens, name), folder, { recursive: true });
  return folder;
};

describe('plumbline model verify', () => {
  const models = readdirSync(goldens).filter((name) => existsSync(join(goldens, name, 'case.safetensors')));
  it.each(models)('passes %s', async (name) => {
    const { report, passed } = await verifyModelFolder(join(goldens, name), 2);
    expect(report).toContain('LARGEST RELATIVE ERROR');
    expect({ passed, report }).toMatchObject({ passed: true });
  });

  it('fails a reference that differs, and says by how much', async () => {
    const folder = copyOf('gpt2-causal-lm');
    const path = join(folder, 'expected.json');
    const expected = JSON.parse(readFileSync(path, 'utf8')) as { loss: number };
    writeFileSync(path, JSON.stringify({ ...expected, loss: expected.loss * 1.001 }));
    const { report, passed } = await verifyModelFolder(folder, 2);
    expect(passed).toBe(false);
    expect(report).toMatch(/loss +1\.0e-3 +1e-4 +PAST TOLERANCE/);
  });

  it('refuses a folder without its files, and a damaged one', async () => {
    const folder = copyOf('bert-token-classification');
    writeFileSync(
      join(folder, 'model.safetensors'),
      readFileSync(join(folder, 'model.safetensors')).subarray(0, 5000),
    );
    await expect(verifyModelFolder(folder, 2)).rejects.toMatchObject({ code: 'WEIGHTS_CORRUPT' });
    rmSync(join(folder, 'case.safetensors'));
    await expect(verifyModelFolder(folder, 2)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  });
});
