import { describe, expect, it } from '@jest/globals';
import { addEvaluation, EMPTY_HISTORY } from './history.js';

const run = (scores: [score: number, loss: number][], patience: number, minDelta: number) =>
  scores.reduce(
    (history, [score, loss], i) =>
      addEvaluation(history, { step: i + 1, score, loss }, { patience, minDelta }),
    EMPTY_HISTORY,
  );

describe('evaluation history', () => {
  it('keeps the highest macro-F1, and the lowest loss among equals', () => {
    expect(
      run(
        [
          [0.5, 1],
          [0.8, 0.9],
          [0.7, 0.1],
        ],
        9,
        0,
      ).best?.step,
    ).toBe(2);
    expect(
      run(
        [
          [0.8, 1],
          [0.8, 0.9],
          [0.8, 0.95],
        ],
        9,
        0,
      ).best?.step,
    ).toBe(2);
  });

  it('stops after as many evaluations without improvement as patience says', () => {
    expect(
      run(
        [
          [0.5, 1],
          [0.5, 1],
        ],
        2,
        0,
      ).stoppedEarly,
    ).toBe(false);
    expect(
      run(
        [
          [0.5, 1],
          [0.5, 1],
          [0.4, 1],
        ],
        2,
        0,
      ).stoppedEarly,
    ).toBe(true);
    expect(
      run(
        [
          [0.5, 1],
          [0.5, 1],
          [0.6, 1],
          [0.5, 1],
        ],
        2,
        0,
      ).stoppedEarly,
    ).toBe(false);
  });

  it('takes a rise of at most minDelta for none, and still keeps its weights', () => {
    const history = run(
      [
        [0.5, 1],
        [0.505, 1],
        [0.509, 1],
      ],
      2,
      0.01,
    );
    expect(history).toMatchObject({ stoppedEarly: true, best: { step: 3 } });
  });

  it('never stops with no early stopping', () => {
    const point = { step: 1, score: 0.5, loss: 1 };
    let history = EMPTY_HISTORY;
    for (let i = 0; i < 20; i++) history = addEvaluation(history, point, null);
    expect(history.stoppedEarly).toBe(false);
  });
});
