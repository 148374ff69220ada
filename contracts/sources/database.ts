import { z } from 'zod';
import { SecretRef } from '../fields.js';

const Port = z.number().int().min(1).max(65_535);

const Tls = z.strictObject({
  ca: SecretRef.optional().describe(
    'Reference to the certificates, in PEM form, that the server’s must lead to; without it the well-known authorities count.',
  ),
});

/** Where a database is and who asks. */
export const databaseFields = (port: number) => ({
  host: z.string().min(1).describe('Name or address of the server.'),
  port: Port.default(port).describe('Port of the server.'),
  database: z.string().min(1).describe('Name of the database.'),
  password: SecretRef.optional().describe('Reference to the password of `user`.'),
  tls: Tls.optional().describe('Encrypts the connection and checks the server’s certificate and name.'),
  statementTimeoutSeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(3600)
    .describe('The server may work this long on one statement.'),
  pageRows: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(500)
    .describe('At most this many rows are held in memory at once; large rows lower it.'),
});

const incrementalOf = (tieBreaker: z.ZodType<string>) =>
  z
    .strictObject({
      column: z
        .string()
        .min(1)
        .describe(
          'A column that only grows, as a serial number or the instant of the last change; rows without it are left out.',
        ),
      tieBreaker,
    })
    .describe(
      'Reads only what came after the last collection, in the order of `column`. A row that becomes visible with a smaller value than one already read is not seen.',
    );

const TIE_BREAKER =
  'A unique column, which orders rows of the same value in `column`; rows without it are left out.';

const sqlFields = {
  table: z.string().min(1).optional().describe('Table or view to read; either this or `query`.'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Columns of `table` to read; without it all of them.'),
  query: z
    .string()
    .min(1)
    .optional()
    .describe('One SELECT in the server’s own language; it runs in a read-only transaction.'),
  incremental: incrementalOf(z.string().min(1).describe(TIE_BREAKER)).optional(),
};

/** What the connectors of SQL databases share. */
export const sqlDatabaseFields = (port: number) => ({
  ...databaseFields(port),
  user: z.string().min(1).describe('Who reads; give it no right to write.'),
  ...sqlFields,
});

/** As `incremental` of SQL, over fields of documents. */
export const documentIncremental = incrementalOf(z.string().min(1).default('_id').describe(TIE_BREAKER));

interface Selection {
  readonly table?: string | undefined;
  readonly query?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly incremental?: { readonly column: string; readonly tieBreaker: string } | undefined;
}

/** What is wrong with the choice of columns, and where. */
const wrongColumns = ({ columns, incremental }: Selection): string | null => {
  if (columns === undefined || incremental === undefined) return null;
  const missing = [incremental.column, incremental.tieBreaker].find((column) => !columns.includes(column));
  return missing === undefined ? null : `must have "${missing}", by which \`incremental\` orders`;
};

/** For zod's superRefine: the columns that order the rows are among those that are read. */
export const checkColumns = (selection: Selection, context: z.core.$RefinementCtx): void => {
  const message = wrongColumns(selection);
  if (message !== null) context.addIssue({ code: 'custom', path: ['columns'], message });
};

/** As {@link checkColumns}; and there is either a table or a query, which names its own columns. */
export const checkSelection = (selection: Selection, context: z.core.$RefinementCtx): void => {
  checkColumns(selection, context);
  const { table, query, columns } = selection;
  if ((table === undefined) === (query === undefined))
    context.addIssue({ code: 'custom', path: ['table'], message: 'give either `table` or `query`' });
  if (query !== undefined && columns !== undefined)
    context.addIssue({ code: 'custom', path: ['columns'], message: 'a query names its own columns' });
};
