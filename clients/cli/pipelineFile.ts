import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import {
  Pipeline,
  plumblineError,
  SECRET_REF_FORM,
  type Source,
  SourceEntry,
} from '../../contracts/index.js';
import { nearest } from './nearest.js';

/**
 * Reads and checks a pipeline file (YAML 1.2). Relative folders in it are resolved against the file's own.
 * @throws PIPELINE_UNREADABLE, and PIPELINE_INVALID with one line a problem: file:line:column, path, what was
 * expected, what was found, and the nearest valid key.
 */
export const readPipelineFile = (file: string): Pipeline =>
  resolveFolders(parsePipeline(readText(file), file), dirname(resolve(file)));

/** Reads and checks the file of a source that stands alone. @throws as `readPipelineFile` */
export const readSourceFile = (file: string): SourceEntry => {
  const entry = parseYaml(SourceEntry, readText(file), file);
  return { ...entry, source: resolveRoot(entry.source, dirname(resolve(file))) };
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw plumblineError('PIPELINE_UNREADABLE', `${file} cannot be read`, { cause });
  }
};

export const parsePipeline = (text: string, file: string): Pipeline => parseYaml(Pipeline, text, file);

const parseYaml = <S extends z.ZodType>(schema: S, text: string, file: string): z.output<S> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0)
    throw invalid(document.errors.map((error) => `${at(error.pos[0])} ${error.message.split('\n')[0]}`));
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 50 }), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.flatMap((issue) =>
      explain(issue, [], schema).map(({ path, message, key }) => {
        const node = locate(document.contents, path, key);
        const where = at(node?.range?.[0] ?? 0);
        const found = foundValue(node, key, message);
        return `${where} ${path.length === 0 ? '(top level)' : formatPath(path)}: ${message}${found}`;
      }),
    ),
  );
};

/** What stands in the file; never where a reference to a secret is expected, since it may be the secret. */
const foundValue = (node: Node | null, key: string | undefined, message: string): string => {
  if (!isScalar(node) || key !== undefined || message.startsWith('required')) return '';
  if (message.includes(SECRET_REF_FORM)) return ', found something else';
  return `, found ${JSON.stringify(node.value)}`;
};

const invalid = (problems: readonly string[]) =>
  plumblineError('PIPELINE_INVALID', problems.join('\n'), { details: { problems } });

type Path = readonly PropertyKey[];
interface Problem {
  readonly path: Path;
  readonly message: string;
  /** An unknown key at `path`: the position is the key's own. */
  readonly key?: string;
}

/** One line a problem, in the words of the file rather than of the schema library. */
const explain = (issue: z.core.$ZodIssue, prefix: Path, schema: z.ZodType): readonly Problem[] => {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(path, schema);
        const guess = nearest(key, known);
        const hint = guess === null ? `expected one of ${known.join(', ')}` : `did you mean "${guess}"?`;
        return { path, key, message: `unknown key "${key}"; ${hint}` };
      });
    case 'invalid_type':
      return [
        { path, message: `${issue.input === undefined ? 'required: ' : ''}expected ${issue.expected}` },
      ];
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value));
      return [{ path, message: `expected ${values.length === 1 ? '' : 'one of '}${values.join(', ')}` }];
    }
    case 'invalid_union': {
      const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0];
      if (closest === undefined || closest.length === 0) return [{ path, message: issue.message }];
      return closest.flatMap((inner) => explain(inner, path, schema));
    }
    case 'too_small':
      return [{ path, message: `expected at least ${issue.minimum}` }];
    case 'too_big':
      return [{ path, message: `expected at most ${issue.maximum}` }];
    case 'invalid_format':
      return [{ path, message: `expected ${issue.message}` }];
    default:
      return [{ path, message: issue.message }];
  }
};

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The keys the schema allows at a path. */
const keysAt = (path: Path, schema: z.ZodType): readonly string[] => {
  let schemas: readonly JsonSchema[] = [jsonSchemaOf(schema) as JsonSchema];
  for (const part of path)
    schemas = schemas
      .flatMap(alternatives)
      .flatMap(
        (schema) => (typeof part === 'number' ? schema.items : schema.properties?.[String(part)]) ?? [],
      );
  return [
    ...new Set(schemas.flatMap(alternatives).flatMap((schema) => Object.keys(schema.properties ?? {}))),
  ];
};

const alternatives = (schema: JsonSchema): readonly JsonSchema[] => [
  schema,
  ...(schema.anyOf ?? []).flatMap(alternatives),
  ...(schema.oneOf ?? []).flatMap(alternatives),
];

/** JSON Schema (draft 2020-12) of the pipeline file, for editors. */
export const pipelineJsonSchema = (): unknown => jsonSchemaOf(Pipeline);

const jsonSchemaOf = (schema: z.ZodType): unknown =>
  schema.toJSONSchema({ io: 'input', target: 'draft-2020-12', unrepresentable: 'any' });

const formatPath = (path: Path): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');

/** The deepest node of the document on the path; for an unknown key, the key itself. */
const locate = (contents: unknown, path: Path, key: string | undefined): Node | null => {
  let node = contents as Node | null;
  for (const part of path) {
    const next = isSeq(node) || isMap(node) ? (node.get(part, true) as Node | undefined) : undefined;
    if (next === undefined) break;
    node = next;
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
    if (pair !== undefined && isScalar(pair.key)) return pair.key;
  }
  return node;
};

/** A URL names its place by itself. */
const placeFrom = (folder: string, root: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(root) ? root : resolve(folder, root);

const resolveRoot = (source: Source, folder: string): Source =>
  'root' in source ? { ...source, root: placeFrom(folder, source.root) } : source;

const resolveFolders = (pipeline: Pipeline, folder: string): Pipeline => ({
  ...pipeline,
  sources: pipeline.sources.map((source) => resolveRoot(source, folder)),
  dataset: resolveTestTexts(pipeline.dataset, folder),
  training: {
    ...pipeline.training,
    base: {
      ...pipeline.training.base,
      model: pipeline.training.base.model.replace(
        /^file:(.+)$/,
        (_all, path: string) => `file:${resolve(folder, path)}`,
      ),
    },
  },
});

const resolveTestTexts = (dataset: Pipeline['dataset'], folder: string): Pipeline['dataset'] => {
  const { decontamination } = dataset.cleaning;
  if (decontamination === undefined) return dataset;
  const files = decontamination.files.map((file) => resolve(folder, file));
  return { ...dataset, cleaning: { ...dataset.cleaning, decontamination: { ...decontamination, files } } };
};
