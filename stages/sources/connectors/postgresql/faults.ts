import { type Fault, textOf } from '../databases/connection.js';

/**
 * Classes and codes of SQLSTATE (PostgreSQL manual, appendix A). Messages of class 22 quote values of rows, so
 * only those that quote names are repeated.
 */
const FAULTS: readonly { readonly state: RegExp; readonly code: Fault['code']; readonly quotes: boolean }[] =
  [
    { state: /^57014/, code: 'TIMEOUT', quotes: true },
    { state: /^(08|53|57P|40|58)/, code: 'SOURCE_UNREACHABLE', quotes: true },
    { state: /^(28|42501|25|0A000)/, code: 'SOURCE_REFUSED', quotes: true },
    { state: /^(3D|3F|42)/, code: 'SOURCE_UNREADABLE', quotes: true },
    { state: /./, code: 'SOURCE_UNREADABLE', quotes: false },
  ];

/** What an error of the driver means for a source. */
export const postgresqlFault = (thrown: unknown): Fault | null => {
  const [state, message] = [textOf(thrown, 'code'), textOf(thrown, 'message')];
  if (/^SASL|password must be/.test(message))
    return { code: 'SOURCE_REFUSED', found: 'the server wants a password, or another one' };
  // Only the server's own errors have a severity; EPIPE looks like a SQLSTATE.
  if (textOf(thrown, 'severity') === '') return null;
  const fault = FAULTS.find((each) => each.state.test(state));
  if (fault === undefined) return null;
  return { code: fault.code, found: fault.quotes ? message : `the server gave error ${state}` };
};
