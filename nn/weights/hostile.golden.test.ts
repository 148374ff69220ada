import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { NnError } from '../errors.js';
import { readCheckpointFolder } from './checkpointFolder.js';
import { readGgufFile } from './gguf/llama.js';

/** One fault a file, see make.py there. */
const corpus = fileURLToPath(new URL('../goldens/hostile-weights/', import.meta.url));
const files = readdirSync(corpus).filter((name) => name !== 'make.py');

/** Above what reading the whole corpus takes, far below what any of its claims would take. */
const PEAK_GROWTH_MAX_KIB = 128 * 1024;

function readAs(name: string, folder: string): unknown {
  const [, kind] = /\.(safetensors|index\.json|gguf)$/.exec(name) ?? [];
  if (kind === 'gguf') return readGgufFile(join(corpus, name));
  copyFileSync(
    join(corpus, name),
    join(folder, kind === 'safetensors' ? 'model.safetensors' : 'model.safetensors.index.json'),
  );
  return readCheckpointFolder(folder);
}

function outcome(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-hostile-'));
  try {
    readAs(name, folder);
    return 'accepted';
  } catch (error) {
    if (error instanceof NnError) return error.code;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('hostile weights', () => {
  it.each(files)('%s is refused as corrupt', (name) => {
    expect(outcome(name)).toBe('WEIGHTS_CORRUPT');
  });

  it('no claim of theirs is believed with memory', () => {
    const before = process.resourceUsage().maxRSS;
    for (const name of files) outcome(name);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(PEAK_GROWTH_MAX_KIB);
  });
});
