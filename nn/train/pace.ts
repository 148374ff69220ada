/** How much the past counts after one more measurement: the last 20 or so decide, as load on the machine changes. */
const MEMORY = 0.95;

/** Milliseconds that steps and evaluations have taken lately in this process, to foresee the rest of a run. */
export class Pace {
  private readonly step = new FadingMean();
  private readonly evaluation = new FadingMean();
  private readonly tokens = new FadingMean();

  addStep(durationMs: number, realTokens: number): void {
    this.step.add(durationMs);
    this.tokens.add(realTokens);
  }

  addEvaluation(durationMs: number): void {
    this.evaluation.add(durationMs);
  }

  /** Tokens trained on in a second of steps, padding not counted. */
  tokensPerSecond(): number {
    return this.step.mean === 0 ? 0 : (1000 * this.tokens.mean) / this.step.mean;
  }

  secondsFor(steps: number, evaluations: number): number {
    return (steps * this.step.mean + evaluations * this.evaluation.mean) / 1000;
  }
}

class FadingMean {
  private sum = 0;
  private weight = 0;

  add(value: number): void {
    this.sum = this.sum * MEMORY + value;
    this.weight = this.weight * MEMORY + 1;
  }

  /** 0 before the first value. */
  get mean(): number {
    return this.weight === 0 ? 0 : this.sum / this.weight;
  }
}
