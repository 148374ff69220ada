import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Random } from '../../random.js';
import { maskTokens } from './masking.js';

const masking = { maskId: 4, specialIds: [0, 2, 3], probability: 0.15 };

describe('masking', () => {
  it('asks for at least one token, never for a special one, and changes no other', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(ids, fc.nat(), (values, seed) => {
        const text = Int32Array.from(values);
        const masked = maskTokens(text, masking, 100, new Random(seed));
        const asked = [...text.keys()].filter((at) => masked.labels[at] !== -100);
        const ordinary = values.filter((id) => !masking.specialIds.includes(id)).length;
        expect(asked.length > 0).toBe(ordinary > 0);
        for (const [at, id] of text.entries()) {
          if (asked.includes(at)) {
            expect(masked.labels[at]).toBe(id);
            expect(masking.specialIds).not.toContain(id);
          } else expect(masked.ids[at]).toBe(id);
        }
      }),
    );
  });

  it("asks in BERT's shares: 15 %, of which 80 % are hidden and 10 % left", () => {
    const text = Int32Array.from({ length: 100_000 }, (_, at) => 10 + (at % 80));
    const { ids, labels } = maskTokens(text, masking, 100, new Random(1));
    const asked = [...text.keys()].filter((at) => labels[at] !== -100);
    const share = (test: (at: number) => boolean) => asked.filter(test).length / asked.length;
    expect(asked.length / text.length).toBeCloseTo(0.15, 2);
    expect(share((at) => ids[at] === masking.maskId)).toBeCloseTo(0.8, 1);
    expect(share((at) => ids[at] === text[at])).toBeCloseTo(0.1, 1);
  });
});
