import { highest } from './scores/highest.js';

/** A text of a beam search. */
export interface Beam {
  readonly ids: readonly number[];
  /** How many of them were given. */
  readonly begun: number;
  /** Sum of its tokens' log-probabilities; of a finished beam divided by length^penalty. */
  readonly score: number;
}

/** A continuation of one of the running beams. */
interface Candidate {
  /** Index of the beam it continues. */
  readonly from: number;
  readonly id: number;
  readonly score: number;
  readonly ends: boolean;
}

export interface BeamRules {
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly stopIds: readonly number[];
  /** Tokens at which a text ends, the given ones included. */
  readonly maxLength: number;
}

/** As `transformers` has it: lower than any score, yet a number that scores can be added to. */
const UNLIKELY = -1e9;
const { fround } = Math;

/**
 * The beams of one prompt, by `transformers`' rules (5.x, `_beam_search`) and in its float32 arithmetic: the running ones
 * go on, the finished ones compete by score over length^penalty.
 */
export class BeamGroup {
  /** `beams` texts, best first. */
  running: readonly Beam[];
  /** Best first, at most `beams`. */
  finished: readonly Beam[] = [];
  /** No step can change `finished` any more. */
  done = false;
  readonly #rules: BeamRules;

  constructor(begun: readonly number[], rules: BeamRules) {
    this.#rules = rules;
    // Only the first counts at the first step: else all beams would be the same.
    this.running = Array.from({ length: rules.beams }, (_, beam) => ({
      ids: begun,
      begun: begun.length,
      score: beam === 0 ? 0 : UNLIKELY,
    }));
  }

  /**
   * Takes each running beam's log-probabilities of the next token; returns, for each beam that now runs, the index of
   * the one it continues.
   */
  step(logProbabilities: readonly Float32Array[]): Int32Array {
    const { beams, stopIds, maxLength } = this.#rules;
    const length = this.running[0]!.ids.length + 1;
    const candidates = this.#best(
      logProbabilities,
      Math.max(2, 1 + stopIds.length) * beams,
      length >= maxLength,
    );
    this.#finish(candidates.slice(0, beams), length);
    const scores = candidates.map(({ score, ends }) => (ends ? fround(score + UNLIKELY) : score));
    const going = highest(Float32Array.from(scores), beams);
    const before = this.running;
    this.running = going.map((at) => {
      const { from, id } = candidates[at]!;
      return { ...before[from]!, ids: [...before[from]!.ids, id], score: scores[at]! };
    });
    this.done = candidates.every(({ ends }) => ends) || this.#full() || !this.#canImprove(length);
    return Int32Array.from(going, (at) => candidates[at]!.from);
  }

  /** The best continuations of all beams together, best first. */
  #best(logProbabilities: readonly Float32Array[], count: number, all: boolean): Candidate[] {
    const { stopIds } = this.#rules;
    const width = logProbabilities[0]!.length;
    const total = new Float32Array(this.running.length * width);
    for (const [beam, { score }] of this.running.entries()) {
      logProbabilities[beam]!.forEach((value, id) => {
        total[beam * width + id] = value + score;
      });
    }
    return highest(total, count).map((at) => {
      const id = at % width;
      return { from: Math.floor(at / width), id, score: total[at]!, ends: all || stopIds.includes(id) };
    });
  }

  #finish(candidates: readonly Candidate[], length: number): void {
    if (this.#full()) return;
    const { beams, lengthPenalty } = this.#rules;
    const { begun } = this.running[0]!;
    const divisor = fround((length - begun) ** lengthPenalty);
    const ended = candidates
      .filter(({ ends }) => ends)
      .map(({ from, id, score }) => ({
        ids: [...this.running[from]!.ids, id],
        begun,
        score: fround(score / divisor),
      }));
    const all = [...this.finished, ...ended];
    this.finished = all.sort((left, right) => right.score - left.score).slice(0, beams);
  }

  #full(): boolean {
    return this.#rules.earlyStopping === true && this.finished.length === this.#rules.beams;
  }

  /** Whether the best running beam could still beat the worst finished one. */
  #canImprove(length: number): boolean {
    const { beams, lengthPenalty, earlyStopping, maxLength } = this.#rules;
    const { begun, score } = this.running[0]!;
    if (this.finished.length < beams) return true;
    const written = earlyStopping === 'never' && lengthPenalty > 0 ? maxLength - begun : length - begun;
    return fround(score / fround(written ** lengthPenalty)) > this.finished.at(-1)!.score;
  }
}
