import { describe, expect, it } from '@jest/globals';
import { lossCurveOf } from './lossCurve.js';

describe('lossCurveOf', () => {
  it('holds every step of a short run', () => {
    expect(lossCurveOf(Float32Array.of(3, 2, 1))).toEqual([
      { step: 1, loss: 3 },
      { step: 2, loss: 2 },
      { step: 3, loss: 1 },
    ]);
  });

  it('averages equal stretches of a long run and ends at its last step', () => {
    const curve = lossCurveOf(Float32Array.from({ length: 501 }, (_, index) => index));
    expect(curve).toHaveLength(167);
    expect(curve[0]).toEqual({ step: 3, loss: 1 });
    expect(curve.at(-1)).toEqual({ step: 501, loss: 499 });
  });

  it('is empty without steps', () => {
    expect(lossCurveOf(new Float32Array())).toEqual([]);
  });
});
