import { z } from 'zod';
import { sourceFields } from './common.js';
import { checkSelection, sqlDatabaseFields } from './database.js';

/** Rows of a PostgreSQL table or query. */
export const PostgresqlSource = z
  .strictObject({
    connector: z.literal('postgresql').describe('Reads rows of a PostgreSQL database.'),
    ...sqlDatabaseFields(5432),
    schema: z.string().min(1).optional().describe('Schema of `table`; without it the search path of `user`.'),
    ...sourceFields,
  })
  .superRefine(checkSelection);
export type PostgresqlSource = z.infer<typeof PostgresqlSource>;
