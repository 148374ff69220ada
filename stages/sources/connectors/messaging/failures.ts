import { PlumblineError, plumblineError } from '../../../../contracts/index.js';

/** How a driver's errors are told apart; each names what it found, in lower case. */
export interface FailureRules {
  /** The other side knows the client and does not let it. */
  readonly refused: RegExp;
  /** The other side answers, and what was asked for is not there or cannot be read. */
  readonly unreadable: RegExp;
}

/** What an error and its causes say, without repeats. */
const said = (thrown: unknown, depth = 0): readonly string[] => {
  if (!(thrown instanceof Error) || depth > 5) return thrown === undefined ? [] : [String(thrown)];
  const inner = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [];
  const own = [('code' in thrown && String(thrown.code)) || '', thrown.message].filter(Boolean).join(': ');
  return [own, ...[...inner, thrown.cause].flatMap((cause) => said(cause, depth + 1))];
};

/**
 * A driver's error as a coded one. Its causes are told as text and not attached: drivers keep their options, and with
 * them credentials, in errors.
 */
export const failureOf = (
  thrown: unknown,
  {
    source,
    signal,
    rules,
  }: { readonly source: string; readonly signal: AbortSignal; readonly rules: FailureRules },
): PlumblineError => {
  if (thrown instanceof PlumblineError) return thrown;
  if (signal.aborted) return plumblineError('CANCELLED', 'the work was cancelled', { cause: signal.reason });
  const text = [...new Set(said(thrown))].join('; ').slice(0, 1000);
  const code = rules.refused.test(text)
    ? 'SOURCE_REFUSED'
    : rules.unreadable.test(text)
      ? 'SOURCE_UNREADABLE'
      : 'SOURCE_UNREACHABLE';
  return plumblineError(code, `source ${source}: ${text}`, { details: { source } });
};
