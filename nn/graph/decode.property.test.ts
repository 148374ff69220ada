import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NnError } from '../errors.js';
import { GraphBuilder } from '../ops/builder.js';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';

/** ONNX's own cases: small models, one of each operator and form. */
const models = readFileSync(new URL('../goldens/onnx-node-cases/cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => new Uint8Array(Buffer.from((JSON.parse(line) as { model: string }).model, 'base64')));

const DURATION_MAX_MS = 2000;

/** What decodes is whole: every value has a possible shape, and it can be written again. */
function outcome(bytes: Uint8Array): string {
  const start = performance.now();
  try {
    const { graph } = decodeModel(bytes);
    const builder = GraphBuilder.from(graph);
    for (const name of graph.nodes.flatMap(({ outputs }) => outputs).filter((each) => each !== '')) {
      for (const length of builder.type(name).shape) {
        expect(typeof length === 'string' || (Number.isSafeInteger(length) && length >= 0)).toBe(true);
      }
    }
    expect(encodeModel(graph).length).toBeGreaterThan(0);
    return 'whole';
  } catch (error) {
    if (error instanceof NnError) return 'refused';
    throw error;
  } finally {
    expect(performance.now() - start).toBeLessThan(DURATION_MAX_MS);
  }
}

const model = fc.constantFrom(...models);

describe('changed models', () => {
  it('are whole or refused with a code, whatever bytes change', () => {
    const outcomes = new Set<string>();
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(model, changes, (original, changed) => {
        const bytes = Uint8Array.from(original);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        outcomes.add(outcome(bytes));
      }),
      { numRuns: 2000 },
    );
    expect([...outcomes].sort()).toEqual(['refused', 'whole']);
  });

  it('are whole or refused with a code, whatever is cut out or doubled', () => {
    fc.assert(
      fc.property(model, fc.nat(), fc.nat(40), fc.boolean(), (original, from, count, doubled) => {
        const at = from % original.length;
        const part = original.subarray(at, at + count);
        const rest = original.subarray(at + count);
        outcome(Buffer.concat([original.subarray(0, at), ...(doubled ? [part, part] : []), rest]));
      }),
      { numRuns: 1000 },
    );
  });

  it('are whole or refused with a code where two are one after the other', () => {
    fc.assert(
      fc.property(model, model, (first, second) => {
        outcome(Buffer.concat([first, second]));
      }),
      { numRuns: 500 },
    );
  });
});
