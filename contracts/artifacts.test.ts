import { describe, expect, it } from '@jest/globals';
import { ValidationPoint } from './artifacts.js';

describe('a point of validation', () => {
  it('is read alike from manifests that call its score macroF1', () => {
    const point = { step: 4, score: 0.5, loss: 1.5 };
    expect(ValidationPoint.parse(point)).toEqual(point);
    expect(ValidationPoint.parse({ step: 4, macroF1: 0.5, loss: 1.5 })).toEqual(point);
  });

  it.each([{ step: 4, loss: 1 }, { step: 4, score: 1, macroF1: 1, f1: 1, loss: 1 }, null, 'score'])(
    'is not %j',
    (point) => expect(ValidationPoint.safeParse(point).success).toBe(false),
  );
});
