import { ApplicationFailure, isCancellation, TemporalFailure, TimeoutFailure } from '@temporalio/workflow';
import { type ErrorCode, isErrorCode, PlumblineError, plumblineError } from '../contracts/index.js';

/** The twin of activities/_edge.ts: the one place where a workflow turns an error into a Temporal failure. */
export const codedFailure = (error: PlumblineError): ApplicationFailure =>
  ApplicationFailure.create({
    message: `${error.message} ${error.action}`,
    type: error.code,
    nonRetryable: true,
    details: [{ ...error.details, message: error.message, action: error.action }],
  });

/** The error and its causes, outermost first. */
const chainOf = (error: unknown): unknown[] =>
  error instanceof Error ? [error, ...chainOf(error.cause)] : [];

const codeOf = (error: unknown): ErrorCode | undefined =>
  error instanceof ApplicationFailure && isErrorCode(error.type) ? error.type : undefined;

/**
 * What a workflow ends with. The coded failure in the chain is repeated at the top, so that an operator
 * reads the cause and not "child workflow execution failed"; its history holds where it happened.
 * An error that is no Temporal failure is a bug and passes unchanged: it holds up the run until a corrected
 * worker is there, which then goes on.
 */
export const toWorkflowFailure = (thrown: unknown): unknown => {
  if (isCancellation(thrown)) return thrown;
  if (thrown instanceof PlumblineError) return codedFailure(thrown);
  if (!(thrown instanceof TemporalFailure)) return thrown;
  const chain = chainOf(thrown);
  const coded = chain.find((error) => codeOf(error) !== undefined);
  if (coded instanceof ApplicationFailure)
    return ApplicationFailure.create({
      message: coded.message,
      type: codeOf(coded),
      nonRetryable: true,
      details: coded.details ?? [],
    });
  const timeout = chain.find((error) => error instanceof TimeoutFailure);
  if (timeout instanceof Error)
    return codedFailure(
      plumblineError('TIMEOUT', `A time limit of temporal.config.ts passed: ${timeout.message}.`),
    );
  const root = chain.at(-1);
  return codedFailure(plumblineError('INTERNAL', root instanceof Error ? root.message : String(thrown)));
};
