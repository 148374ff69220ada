import { type Source, Source as SourceSchema } from '../../../../contracts/index.js';
import type { ConnectorContext, Cursor, Page, RawRecord, SourceCheck } from '../connector.js';
import { connectorOf } from '../index.js';

/** Secrets of tests, by their references. */
export type Secrets = Readonly<Record<string, string>>;

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const contextOf = (
  secrets: Secrets,
  cursor: Cursor = null,
  signal: AbortSignal = new AbortController().signal,
): ConnectorContext => ({
  signal,
  log: silent,
  secrets: { resolve: (reference) => Promise.resolve(secrets[reference] ?? '') },
  cursor,
});

/** A source of the pipeline file, with its defaults. */
export const sourceOf = (keys: object): Source =>
  SourceSchema.parse({ name: 'customers', label: { from: 'field', field: 'label' }, ...keys });

export const pagesOf = (source: Source, context: ConnectorContext): AsyncIterable<Page> =>
  connectorOf(source).read(source, context);

export const checkOf = (source: Source, context: ConnectorContext): Promise<SourceCheck> =>
  connectorOf(source).test(source, context);

/** All records that are there, from a place on. */
export const readAll = async (source: Source, context: ConnectorContext): Promise<readonly RawRecord[]> => {
  const records: RawRecord[] = [];
  for await (const page of pagesOf(source, context)) records.push(...page.records);
  return records;
};

/** The rows of records that were kept. */
export const rowsOf = (records: readonly RawRecord[]): readonly Record<string, unknown>[] =>
  records.map(({ raw }) => JSON.parse(new TextDecoder().decode(raw!)) as Record<string, unknown>);
