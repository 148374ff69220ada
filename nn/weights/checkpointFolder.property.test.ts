import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { float32Tensor } from '../tensor.js';
import { readCheckpointFolder } from './checkpointFolder.js';
import { writeCheckpointFolder } from './writeCheckpointFolder.js';

const names = ['', 'a', 'b/c', '10', '__proto__', 'ü', '\u2028"\\'];
const checkpoint = new Map(
  names.map((name, at) => [name, float32Tensor([2, at], new Float32Array(2 * at).fill(at))]),
);

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-shards-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('checkpoints cut into shards', () => {
  it('give back every tensor, and no shard of several is over its size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.shuffledSubarray(names), (bytes, chosen) => {
        inFolder((folder) => {
          const given = new Map(chosen.map((name) => [name, checkpoint.get(name)!]));
          writeCheckpointFolder(folder, given, bytes);
          const found = readCheckpointFolder(folder);
          expect([...found.keys()].sort()).toEqual([...chosen].sort());
          for (const [name, tensor] of found) expect(tensor).toEqual(given.get(name));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are whole or refused with any byte of any file changed', () => {
    inFolder((folder) => {
      writeCheckpointFolder(folder, checkpoint, 40);
      const files = readdirSync(folder);
      const outcomes = new Set<string>();
      fc.assert(
        fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), (file, place, value) => {
          const original = readFileSync(join(folder, file));
          const changed = Buffer.from(original);
          changed[place % changed.length] = value;
          writeFileSync(join(folder, file), changed);
          try {
            expect(readCheckpointFolder(folder).size).toBe(names.length);
            outcomes.add('whole');
          } catch (error) {
            if (!(error instanceof NnError)) throw error;
            outcomes.add('refused');
          } finally {
            writeFileSync(join(folder, file), original);
          }
        }),
        { numRuns: 300 },
      );
      expect([...outcomes].sort()).toEqual(['refused', 'whole']);
    });
  });
});
