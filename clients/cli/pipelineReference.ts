import { pipelineJsonSchema } from './pipelineFile.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const typeOf = (schema: Schema): string => {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  if (schema.type === 'object') return 'section';
  return [schema.type ?? 'value'].flat().join(' or ');
};

const defaultOf = (schema: Schema, required: boolean): string => {
  if (schema.default !== undefined && schema.properties === undefined)
    return `\`${JSON.stringify(schema.default)}\``;
  return required ? '**required**' : '–';
};

const rowsOf = (schema: Schema, prefix: string): readonly string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const required = schema.required?.includes(key) ?? false;
    const nested = [member, ...(member.anyOf ?? []), ...(member.oneOf ?? [])];
    const row = `| \`${path}\` | ${typeOf(member)} | ${defaultOf(member, required)} | ${member.description ?? ''} |`;
    return [
      row.replaceAll(' \n', ' '),
      ...nested.flatMap((inner) => rowsOf(inner, path)),
      ...nested.flatMap((inner) =>
        [inner.items, ...(inner.items?.anyOf ?? []), ...(inner.items?.oneOf ?? [])].flatMap((item) =>
          item === undefined ? [] : rowsOf(item, `${path}[]`),
        ),
      ),
    ];
  });

const tableOf = (rows: readonly string[]): string =>
  ['| Key | Type | Default | Meaning |', '|---|---|---|---|', ...new Set(rows)].join('\n');

const pipelineSchema = (): Schema => pipelineJsonSchema() as Schema;

const connectorSchemas = (): readonly Schema[] => {
  const items = pipelineSchema().properties?.sources?.items;
  return items?.oneOf ?? (items === undefined ? [] : [items]);
};

const connectorOf = (schema: Schema): string => String(schema.properties?.connector?.const);

/** Names of the connectors, in the order of the schema. */
export const connectorNames = (): readonly string[] => connectorSchemas().map(connectorOf);

/** The keys of a source as each connector has them, and which connectors there are. */
const anySource = (connectors: readonly Schema[]): Schema => {
  const [first, ...others] = connectors;
  const shared = Object.entries(first?.properties ?? {}).filter(([key]) =>
    others.every(({ properties }) => properties?.[key] !== undefined),
  );
  const connector = {
    enum: connectors.map(connectorOf),
    description: 'What reads the source; docs/sources has a page with the further keys of each.',
  };
  return {
    type: 'object',
    properties: { connector, ...Object.fromEntries(shared.filter(([key]) => key !== 'connector')) },
    required: ['connector', ...(first?.required ?? [])],
  };
};

/** Every key of a pipeline file with type, default and meaning, as a Markdown table made from the schema. */
export const pipelineReference = (): string => {
  const { properties, ...rest } = pipelineSchema();
  const sources = { ...properties?.sources, items: anySource(connectorSchemas()) };
  return tableOf(rowsOf({ ...rest, properties: { ...properties, sources } }, ''));
};

/** The keys of a source read by this connector; undefined when there is none of that name. */
export const connectorReference = (name: string): string | undefined => {
  const schema = connectorSchemas().find((candidate) => connectorOf(candidate) === name);
  return schema === undefined ? undefined : tableOf(rowsOf(schema, ''));
};

/** The keys under one section of the pipeline file. */
export const sectionReference = (path: string): string =>
  tableOf(
    rowsOf(pipelineSchema(), '').filter(
      (row) => row.startsWith(`| \`${path}.`) || row.startsWith(`| \`${path}[`),
    ),
  );
