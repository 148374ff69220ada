import { MongoError } from 'mongodb';
import { type Fault, textOf } from '../databases/connection.js';

/** Codes of the server (MongoDB manual, error codes). */
const FAULTS: readonly { readonly codes: readonly number[]; readonly code: Fault['code'] }[] = [
  { codes: [11, 13, 18, 8000], code: 'SOURCE_REFUSED' },
  { codes: [50, 262], code: 'TIMEOUT' },
  // Node down or changing its role; a cursor that the server has forgotten.
  {
    codes: [6, 7, 43, 89, 91, 133, 136, 189, 237, 9001, 10_107, 11_600, 11_602, 13_435, 13_436],
    code: 'SOURCE_UNREACHABLE',
  },
];

const CONNECTION_ERRORS =
  /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|PoolCleared|ClientClosed|CursorExhausted|ServerClosed|ConnectionPoolClosed|ExpiredSession)/;

const numberOf = (thrown: unknown): number => {
  const code: unknown =
    typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'number' ? code : 0;
};

const nameOf = (thrown: unknown): string => {
  const name: unknown =
    typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'name') : undefined;
  return typeof name === 'string' ? name : '';
};

/** What an error of the driver means for a source. The server's texts quote values and are not repeated. */
export const mongodbFault = (thrown: unknown): Fault | null => {
  const [name, number] = [nameOf(thrown), numberOf(thrown)];
  if (/certificate|self-signed|altname/i.test(textOf(thrown, 'message')) && CONNECTION_ERRORS.test(name))
    return { code: 'SOURCE_REFUSED', found: 'no trusted encrypted connection' };
  const fault = FAULTS.find(({ codes }) => codes.includes(number));
  if (fault !== undefined) return { code: fault.code, found: `the server gave error ${number}` };
  if (CONNECTION_ERRORS.test(name)) return { code: 'SOURCE_UNREACHABLE', found: `no answer (${name})` };
  if (thrown instanceof MongoError && thrown.hasErrorLabel('HandshakeError'))
    return { code: 'SOURCE_REFUSED', found: `the server refused the credentials with error ${number}` };
  if (name === 'MongoServerError')
    return { code: 'SOURCE_UNREADABLE', found: `the server refused the query with error ${number}` };
  return null;
};
