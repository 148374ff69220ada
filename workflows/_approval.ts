import { condition, setHandler } from '@temporalio/workflow';
import { Decision, plumblineError } from '../contracts/index.js';
import { codedFailure } from './_edge.js';
import { approve, type RecordedDecision, reject } from './_messages.js';
import type { Run } from './_run.js';

/** @throws REQUEST_INVALID when the decision does not say who and why. */
export const parseDecision = (value: unknown): Decision => {
  const parsed = Decision.safeParse(value);
  if (parsed.success) return parsed.data;
  throw codedFailure(
    plumblineError('REQUEST_INVALID', 'A decision needs `by` and `reason`, both not empty.'),
  );
};

/** The approval of a promotion: open while a person is asked, answered at most once. */
export class Approval {
  private open = false;
  private answer: RecordedDecision | undefined;

  /** Made before the first await, so that a decision that comes too early is refused and does not hang. */
  constructor(private readonly run: Run) {
    const validator = (raw: Decision): void => {
      parseDecision(raw);
      if (this.open) return;
      const why =
        this.answer === undefined
          ? 'it is not waiting for approval'
          : `${this.answer.by} has decided already`;
      throw codedFailure(plumblineError('DECISION_REFUSED', `This run takes no decision now: ${why}.`));
    };
    setHandler(approve, (decision) => this.decide('approve', decision), { validator });
    setHandler(reject, (decision) => this.decide('reject', decision), { validator });
  }

  /** @returns the decision, or null when nobody decided in time. */
  async ask(question: string, expiresAfterHours: number): Promise<RecordedDecision | null> {
    this.open = true;
    this.run.wait(question);
    try {
      await condition(() => this.answer !== undefined, expiresAfterHours * 3_600_000);
    } finally {
      this.open = false;
    }
    this.run.wait(null);
    return this.answer ?? null;
  }

  private decide(name: string, decision: Decision): RecordedDecision {
    // Workflow time: the instant of the event that brought the decision, the same on every replay.
    const at = new Date().toISOString();
    this.open = false;
    this.answer = { decision: name, by: decision.by, reason: decision.reason, at };
    this.run.decided(name, decision, at);
    return this.answer;
  }
}
