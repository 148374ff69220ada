import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { type PeftFiles, readPeftAdapter } from './peftAdapter.js';

const url = (name: string) => new URL(`goldens/bert/${name}`, import.meta.url);
const configJson = readFileSync(url('adapter_config.json'), 'utf8');
const weights = new Uint8Array(readFileSync(url('adapter_model.safetensors')));
const headerBytes = 8 + Number(new DataView(weights.buffer).getBigUint64(0, true));
const fields = JSON.parse(configJson) as Record<string, unknown>;

/** Reads, or refuses with a code. */
function settles(files: PeftFiles): boolean {
  try {
    return readPeftAdapter(files).parameters.size > 0;
  } catch (error) {
    if (error instanceof NnError) return true;
    throw error;
  }
}

describe('a damaged adapter folder', () => {
  it('is read or refused with a code, whichever byte of the header is changed', () => {
    fc.assert(
      fc.property(fc.nat(headerBytes - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = weights.slice();
        changed[at]! ^= flip;
        return settles({ configJson, weights: changed });
      }),
      { numRuns: 300 },
    );
  });

  it('is read or refused with a code, whatever a setting holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(fields)), fc.jsonValue(), (name, value) =>
        settles({ configJson: JSON.stringify({ ...fields, [name]: value }), weights }),
      ),
      { numRuns: 300 },
    );
  });

  it('is refused when it is cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(weights.length - 1), (length) => {
        expect(() => readPeftAdapter({ configJson, weights: weights.subarray(0, length) })).toThrow(
          expect.objectContaining({ constructor: NnError, code: 'WEIGHTS_CORRUPT' }),
        );
      }),
    );
  });
});
