import { z } from 'zod';
import { sourceFields } from './common.js';
import { checkSelection, sqlDatabaseFields } from './database.js';

/** Rows of a MySQL or MariaDB table or query. */
export const MysqlSource = z
  .strictObject({
    connector: z.literal('mysql').describe('Reads rows of a MySQL or MariaDB database.'),
    ...sqlDatabaseFields(3306),
    ...sourceFields,
  })
  .superRefine(checkSelection)
  .superRefine(({ tls, host }, context) => {
    // The driver checks the name of a certificate, and for an address would take that of localhost.
    if (tls !== undefined && (z.ipv4().safeParse(host).success || z.ipv6().safeParse(host).success))
      context.addIssue({
        code: 'custom',
        path: ['host'],
        message: '`tls` needs the server’s name, not its address',
      });
  });
export type MysqlSource = z.infer<typeof MysqlSource>;
