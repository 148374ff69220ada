import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { NnError } from '../errors.js';
import { decodeModel } from './decode.js';
import { readModelFile } from './modelFile.js';

/** One fault a file, see make.py there. */
const corpus = fileURLToPath(new URL('../goldens/hostile-onnx/', import.meta.url));
const files = readdirSync(corpus).filter((name) => name.endsWith('.onnx'));

/** Above what reading the whole corpus takes, far below what any of its claims would take. */
const PEAK_GROWTH_MAX_KIB = 128 * 1024;
const DURATION_MAX_MS = 2000;

function outcome(read: () => unknown): string {
  try {
    read();
    return 'accepted';
  } catch (error) {
    if (error instanceof NnError) return error.code;
    throw error;
  }
}

const REFUSALS = ['GRAPH_INVALID', 'OPERATOR_UNSUPPORTED', 'SHAPE_MISMATCH'];

describe('hostile models', () => {
  it.each(files)('%s is refused, with its folder and alone', (name) => {
    const path = join(corpus, name);
    const start = performance.now();
    // WEIGHTS_CORRUPT is for what a model says of other files alone.
    expect([...REFUSALS, ...(name.startsWith('external-') ? ['WEIGHTS_CORRUPT'] : [])]).toContain(
      outcome(() => readModelFile(path)),
    );
    expect(REFUSALS).toContain(outcome(() => decodeModel(readFileSync(path))));
    expect(performance.now() - start).toBeLessThan(DURATION_MAX_MS);
  });

  it('no claim of theirs is believed with memory', () => {
    const before = process.resourceUsage().maxRSS;
    for (const name of files) outcome(() => readModelFile(join(corpus, name)));
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(PEAK_GROWTH_MAX_KIB);
  });
});
