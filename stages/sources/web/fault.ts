/** What can be wrong with one answer; the words are those that quarantined records carry. */
export type HttpFaultKind =
  | 'address-forbidden'
  | 'too-large'
  | 'compression-bomb'
  | 'timeout'
  | 'unreachable'
  | 'redirect-loop'
  | 'malformed-answer';

/** Known inside of the web connectors only: they quarantine the item or turn it into a coded error. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';

  constructor(
    readonly kind: HttpFaultKind,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** Whether the same request can succeed a little later. */
  get passing(): boolean {
    return this.kind === 'timeout' || this.kind === 'unreachable';
  }
}

const MALFORMED =
  /^(HPE_|UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH|INVALID_ARG)|Z_|ERR_BROTLI|ERR__ERROR)/;
const TIMED_OUT = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  /** With several addresses to try, Node.js reports one error for each. */
  readonly errors?: readonly unknown[];
}

/** Any error of the network or of unpacking as a fault. Its text names codes only, since messages may hold URLs. */
export const toHttpFault = (thrown: unknown, host: string): HttpFault => {
  const causes: unknown[] = [thrown];
  let code = '';
  for (let cause = causes.shift(); typeof cause === 'object' && cause !== null; cause = causes.shift()) {
    if (cause instanceof HttpFault) return cause;
    const failure = cause as Failure;
    if (typeof failure.code === 'string') code = failure.code;
    if (MALFORMED.test(code) || failure.name === 'HTTPParserError')
      return new HttpFault('malformed-answer', `${host}: ${code || 'no HTTP'}`, { cause: thrown });
    causes.push(...(failure.errors ?? []), ...(failure.cause === undefined ? [] : [failure.cause]));
  }
  const kind = TIMED_OUT.test(code) ? 'timeout' : 'unreachable';
  return new HttpFault(kind, `${host}: ${code === '' ? 'no connection' : code}`, { cause: thrown });
};
