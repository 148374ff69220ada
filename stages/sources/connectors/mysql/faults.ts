import { type Fault, textOf } from '../databases/connection.js';

/** Error names of the servers (MySQL and MariaDB error references), and of mysql2 for its own. */
const FAULTS: readonly { readonly names: readonly string[]; readonly code: Fault['code'] }[] = [
  {
    code: 'SOURCE_REFUSED',
    names: [
      'ER_ACCESS_DENIED_ERROR',
      'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
      'ER_ACCOUNT_HAS_BEEN_LOCKED',
      'ER_DBACCESS_DENIED_ERROR',
      'ER_TABLEACCESS_DENIED_ERROR',
      'ER_COLUMNACCESS_DENIED_ERROR',
      'ER_SPECIFIC_ACCESS_DENIED_ERROR',
      'ER_PROCACCESS_DENIED_ERROR',
      'ER_HOST_NOT_PRIVILEGED',
      'ER_HOST_IS_BLOCKED',
      'ER_MUST_CHANGE_PASSWORD_LOGIN',
      'ER_NOT_SUPPORTED_AUTH_MODE',
      'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
      'ER_OPTION_PREVENTS_STATEMENT',
      'AUTH_SWITCH_PLUGIN_ERROR',
    ],
  },
  {
    code: 'SOURCE_UNREACHABLE',
    names: [
      'ER_CON_COUNT_ERROR',
      'ER_TOO_MANY_USER_CONNECTIONS',
      'ER_USER_LIMIT_REACHED',
      'ER_SERVER_SHUTDOWN',
      'ER_CONNECTION_KILLED',
      'ER_QUERY_INTERRUPTED',
      'ER_LOCK_WAIT_TIMEOUT',
      'ER_LOCK_DEADLOCK',
      'ER_NET_READ_INTERRUPTED',
      'ER_NET_WRITE_INTERRUPTED',
      'ER_NEW_ABORTING_CONNECTION',
    ],
  },
  { code: 'TIMEOUT', names: ['ER_QUERY_TIMEOUT', 'ER_STATEMENT_TIMEOUT'] },
];

/** Those whose text names things and quotes no value. */
const UNREADABLE_BY_NAME = new Set([
  'ER_BAD_DB_ERROR',
  'ER_BAD_FIELD_ERROR',
  'ER_BAD_TABLE_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_DUP_FIELDNAME',
  'ER_PARSE_ERROR',
  'ER_NON_UNIQ_ERROR',
]);

/** Numbers that mysql2 names otherwise or not at all: MariaDB's statement timeout and killed connection. */
const NAMED: Readonly<Record<number, string>> = {
  1969: 'ER_STATEMENT_TIMEOUT',
  1927: 'ER_CONNECTION_KILLED',
};

/** What an error of the driver means for a source. */
export const mysqlFault = (thrown: unknown): Fault | null => {
  const number = typeof thrown === 'object' && thrown !== null ? Number(Reflect.get(thrown, 'errno')) : 0;
  const name = NAMED[number] ?? textOf(thrown, 'code');
  const message = textOf(thrown, 'sqlMessage') || textOf(thrown, 'message');
  const fault = FAULTS.find(({ names }) => names.includes(name));
  if (fault !== undefined) return { code: fault.code, found: message };
  if (UNREADABLE_BY_NAME.has(name)) return { code: 'SOURCE_UNREADABLE', found: message };
  if (textOf(thrown, 'sqlMessage') !== '')
    return { code: 'SOURCE_UNREADABLE', found: `the server gave error ${number} (${name})` };
  return null;
};
