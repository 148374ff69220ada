import { readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { ExecutionProvider, plumblineError, Role, SecretRef } from './contracts/index.js';

/** Environment -> Config, read once by the composition roots (workers/, api/, infra) and injected. */
const Port = z.coerce.number().int().min(0).max(65_535);

const KeyList = z
  .string()
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(
    z.array(
      z
        .string()
        .regex(/^(viewer|operator|admin)=.+$/, 'role=reference')
        .transform((entry) => {
          const [role, ...reference] = entry.split('=');
          return { role: Role.parse(role), key: SecretRef.parse(reference.join('=')) };
        }),
    ),
  );

const Environment = z.object({
  PLUMBLINE_DATA_DIR: z.string().default('.plumbline'),
  PLUMBLINE_CACHE: z.string().default(join(homedir(), '.cache', 'plumbline')),
  PLUMBLINE_TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  PLUMBLINE_TEMPORAL_NAMESPACE: z.string().default('default'),
  PLUMBLINE_TEMPORAL_UI_URL: z.string().default('http://127.0.0.1:8233'),
  PLUMBLINE_CLICKHOUSE_URL: z.url().default('http://127.0.0.1:8123'),
  PLUMBLINE_CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .default('plumbline'),
  PLUMBLINE_CLICKHOUSE_USER: z.string().default('default'),
  PLUMBLINE_CLICKHOUSE_PASSWORD: SecretRef.optional(),
  PLUMBLINE_OBJECTS_URL: z.url().optional(),
  PLUMBLINE_OBJECTS_ACCESS_KEY: SecretRef.optional(),
  PLUMBLINE_OBJECTS_SECRET_KEY: SecretRef.optional(),
  PLUMBLINE_CATALOG_URL: z.url().optional(),
  PLUMBLINE_CATALOG_PASSWORD: SecretRef.optional(),
  PLUMBLINE_API_HOST: z.string().default('127.0.0.1'),
  PLUMBLINE_API_PORT: Port.default(8080),
  PLUMBLINE_INFERENCE_HOST: z.string().default('127.0.0.1'),
  PLUMBLINE_INFERENCE_PORT: Port.default(8081),
  PLUMBLINE_METRICS_PORT: Port.default(0),
  PLUMBLINE_API_KEYS: KeyList.prefault(''),
  PLUMBLINE_HTTP_BODY_BYTES_MAX: z.coerce.number().int().positive().default(1_048_576),
  PLUMBLINE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PLUMBLINE_THREADS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  PLUMBLINE_PROVIDERS: z
    .string()
    .default('cpu')
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(ExecutionProvider).min(1)),
  PLUMBLINE_CODE_VERSION: z.string().optional(),
  PLUMBLINE_OPENLINEAGE_URL: z.url().optional(),
  PLUMBLINE_OPENLINEAGE_API_KEY: SecretRef.optional(),
  HF_ENDPOINT: z.url().default('https://huggingface.co'),
});

export interface Config {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly codeVersion: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string };
  readonly clickhouse: {
    readonly url: string;
    readonly database: string;
    readonly user: string;
    readonly password: string | undefined;
  };
  /** `file:` folder, `s3:` bucket or `webhdfs:` folder. */
  readonly objectsUrl: string;
  /** References, for `s3:`. */
  readonly objectsCredentials: {
    readonly accessKey: string | undefined;
    readonly secretKey: string | undefined;
  };
  /** `file:`, `postgresql:` or `mysql:`; the password of a server is a reference. */
  readonly catalog: { readonly url: string; readonly password: string | undefined };
  readonly api: { readonly host: string; readonly port: number };
  readonly inference: { readonly host: string; readonly port: number };
  /** 0: any free port for the metrics of a worker. */
  readonly metricsPort: number;
  readonly apiKeys: readonly { readonly role: Role; readonly key: string }[];
  readonly bodyBytesMax: number;
  readonly logLevel: string;
  readonly threads: number;
  /** Tried in this order. */
  readonly providers: readonly ExecutionProvider[];
  /** Receiver of lineage events, `file:` or `http(s):`; undefined: nobody is told. */
  readonly openLineage: { readonly url: string; readonly apiKey: string | undefined } | undefined;
  readonly hfEndpoint: string;
}

const packageVersion = (): string => {
  for (const relative of ['./package.json', '../package.json']) {
    try {
      const text = readFileSync(new URL(relative, import.meta.url), 'utf8');
      return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
    } catch {
      // Compiled code lies one folder below package.json; the next candidate is tried.
    }
  }
  return 'unknown';
};

/** @throws CONFIG_INVALID naming every variable that does not fit, never its value. */
export const readConfig = (env: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const parsed = Environment.safeParse(env);
  if (!parsed.success)
    throw plumblineError(
      'CONFIG_INVALID',
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  const value = parsed.data;
  const dataDir = resolve(value.PLUMBLINE_DATA_DIR);
  return {
    dataDir,
    cacheDir: resolve(value.PLUMBLINE_CACHE),
    codeVersion: value.PLUMBLINE_CODE_VERSION ?? packageVersion(),
    temporal: {
      address: value.PLUMBLINE_TEMPORAL_ADDRESS,
      namespace: value.PLUMBLINE_TEMPORAL_NAMESPACE,
      uiUrl: value.PLUMBLINE_TEMPORAL_UI_URL,
    },
    clickhouse: {
      url: value.PLUMBLINE_CLICKHOUSE_URL,
      database: value.PLUMBLINE_CLICKHOUSE_DATABASE,
      user: value.PLUMBLINE_CLICKHOUSE_USER,
      password: value.PLUMBLINE_CLICKHOUSE_PASSWORD,
    },
    objectsUrl: value.PLUMBLINE_OBJECTS_URL ?? pathToFileURL(join(dataDir, 'objects')).href,
    objectsCredentials: {
      accessKey: value.PLUMBLINE_OBJECTS_ACCESS_KEY,
      secretKey: value.PLUMBLINE_OBJECTS_SECRET_KEY,
    },
    catalog: {
      url: value.PLUMBLINE_CATALOG_URL ?? pathToFileURL(join(dataDir, 'catalog.db')).href,
      password: value.PLUMBLINE_CATALOG_PASSWORD,
    },
    api: { host: value.PLUMBLINE_API_HOST, port: value.PLUMBLINE_API_PORT },
    inference: { host: value.PLUMBLINE_INFERENCE_HOST, port: value.PLUMBLINE_INFERENCE_PORT },
    metricsPort: value.PLUMBLINE_METRICS_PORT,
    apiKeys: value.PLUMBLINE_API_KEYS,
    bodyBytesMax: value.PLUMBLINE_HTTP_BODY_BYTES_MAX,
    logLevel: value.PLUMBLINE_LOG_LEVEL,
    threads: value.PLUMBLINE_THREADS,
    providers: value.PLUMBLINE_PROVIDERS,
    openLineage:
      value.PLUMBLINE_OPENLINEAGE_URL === undefined
        ? undefined
        : { url: value.PLUMBLINE_OPENLINEAGE_URL, apiKey: value.PLUMBLINE_OPENLINEAGE_API_KEY },
    hfEndpoint: value.HF_ENDPOINT,
  };
};
