import { describe, expect, it } from '@jest/globals';
import type { LearningCurvePoint } from '../../../contracts/index.js';
import { verdict } from './verdict.js';
import { wordingOf } from './wording.js';

const point = (rows: number, model: number, baseline: number, winner: LearningCurvePoint['winner']) => ({
  rows,
  model: { value: model, low: model - 0.01, high: model + 0.01 },
  baseline: { value: baseline, low: baseline - 0.01, high: baseline + 0.01 },
  winner,
});
const told = (...learningCurve: LearningCurvePoint[]) =>
  verdict({
    learningCurve,
    testRows: 300,
    confidence: 0.95,
    trainRows: 2400,
    majority: 0.4,
    wording: wordingOf({}),
  });
const few = point(50, 0.91, 0.77, 'model');

describe('verdict', () => {
  it('says plainly that the linear model wins with all labels and the fine-tuned one with few', () => {
    const { headline, sentences } = told(point(2400, 0.96, 0.984, 'baseline'), few);
    expect(headline).toBe('The linear baseline beats the fine-tuned model.');
    expect(sentences[0]).toContain('Trained on all 2,400 training rows');
    expect(sentences[0]).toContain('0.984 (0.974–0.994)');
    expect(sentences[1]).toBe('With 50 training rows the fine-tuned model wins (0.910 against 0.770).');
    expect(sentences[2]).toContain('the linear model is better and much cheaper to run');
  });

  it('calls a difference within chance a draw', () => {
    const { headline, sentences } = told(few, point(2400, 0.975, 0.984, 'tie'));
    expect(headline).toContain('level');
    expect(sentences[0]).toContain('On 300 test rows the difference is within what chance explains.');
  });

  it('gives no advice against a model that wins', () => {
    const { headline, sentences } = told(few, point(2400, 0.99, 0.9, 'model'));
    expect(headline).toBe('The fine-tuned model beats the linear baseline.');
    expect(sentences.join(' ')).not.toContain('cheaper');
  });

  it('does not say all rows when there are more', () => {
    expect(told(few).sentences[0]).toContain('Trained on 50 rows');
  });
});
