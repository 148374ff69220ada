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
  .superRefine(checkSelection);
export type MysqlSource = z.infer<typeof MysqlSource>;
