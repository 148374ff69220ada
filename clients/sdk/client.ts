import { z } from 'zod';
import {
  ClassifyResponse,
  DatasetDiff,
  type Decision,
  type DecisionName,
  ErrorBody,
  ExtractResponse,
  ModelList,
  plumblineError,
  type RelateRequest,
  RunDetail,
  RunList,
  type RunState,
  Sha256,
  type SourceEntry,
  SourceList,
  SourceState,
  SourceTest,
  type SplitName,
  StartedRun,
  Trace,
  type WorkflowName,
} from '../../contracts/index.js';

export interface ClientOptions {
  /** Base address of the API, for example http://127.0.0.1:8080. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly timeoutMs?: number;
}

export const ServerInfo = z.object({
  version: z.string(),
  temporalUiUrl: z.string(),
  temporalNamespace: z.string(),
  inferenceUrl: z.string(),
});
export type ServerInfo = z.infer<typeof ServerInfo>;

const DatasetRecords = z.object({ rows: z.array(z.object({ recordId: Sha256 })) });
const DatasetTexts = z.object({ rows: z.array(z.object({ text: z.string(), label: z.string() })) });

/**
 * A typed client of the control API. Every method throws the coded error that the server answers with, and
 * TIMEOUT or INTERNAL with the address when the server cannot be reached.
 */
export class PlumblineClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  info(): Promise<ServerInfo> {
    return this.#json('GET', '/v1/info', ServerInfo);
  }

  /** Starts a workflow. @throws PIPELINE_INVALID, REQUEST_INVALID, RUN_ALREADY_EXISTS, TEMPORAL_UNREACHABLE */
  start(workflow: WorkflowName, input: unknown): Promise<StartedRun> {
    return this.#json('POST', `/v1/workflows/${workflow}`, StartedRun, input);
  }

  runs(filter: {
    pipeline?: string;
    workflow?: WorkflowName;
    state?: RunState;
    limit?: number;
  }): Promise<RunList> {
    const query = new URLSearchParams(
      Object.entries(filter).flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, String(value)]],
      ),
    );
    return this.#json('GET', `/v1/runs?${query}`, RunList);
  }

  /** @throws RUN_NOT_FOUND */
  run(workflowId: string): Promise<RunDetail> {
    return this.#json('GET', `/v1/runs/${encodeURIComponent(workflowId)}`, RunDetail);
  }

  /** @throws RUN_NOT_FOUND, DECISION_REFUSED */
  async decide(workflowId: string, name: DecisionName, decision: Decision): Promise<void> {
    await this.#json('POST', `/v1/runs/${encodeURIComponent(workflowId)}/${name}`, z.unknown(), decision);
  }

  /** @throws RUN_NOT_FOUND */
  async cancel(workflowId: string, decision: Decision): Promise<void> {
    await this.#json('POST', `/v1/runs/${encodeURIComponent(workflowId)}/cancel`, z.unknown(), decision);
  }

  models(name?: string): Promise<ModelList> {
    return this.#json('GET', name === undefined ? '/v1/models' : `/v1/models/${name}`, ModelList);
  }

  rollback(
    model: string,
    request: { alias?: string; to?: string; by: string; reason: string },
  ): Promise<StartedRun> {
    return this.#json('POST', `/v1/models/${model}/rollback`, StartedRun, request);
  }

  async report(modelVersionId: string): Promise<Uint8Array> {
    const answer = await this.#send('GET', `/v1/model-versions/${modelVersionId}/report`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  datasetTexts(datasetId: string, split: string): Promise<z.infer<typeof DatasetTexts>> {
    return this.#json('GET', `/v1/datasets/${datasetId}/rows?split=${split}`, DatasetTexts);
  }

  /** @throws OBJECT_NOT_FOUND */
  datasetDiff(from: string, to: string): Promise<DatasetDiff> {
    return this.#json(
      'GET',
      `/v1/datasets/${encodeURIComponent(from)}/diff/${encodeURIComponent(to)}`,
      DatasetDiff,
    );
  }

  /** @throws OBJECT_NOT_FOUND, REQUEST_INVALID */
  trace(id: string): Promise<Trace> {
    return this.#json('GET', `/v1/lineage/${encodeURIComponent(id)}`, Trace);
  }

  /** A record's bytes as they were collected. @throws OBJECT_NOT_FOUND */
  async rawRecord(recordId: string): Promise<Uint8Array> {
    const answer = await this.#send('GET', `/v1/records/${encodeURIComponent(recordId)}/raw`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Ids of the records of a split, at most 100,000. */
  async recordIds(datasetId: string, split: SplitName): Promise<string[]> {
    const path = `/v1/datasets/${datasetId}/rows?split=${split}&limit=100000`;
    return (await this.#json('GET', path, DatasetRecords)).rows.map(({ recordId }) => recordId);
  }

  sources(): Promise<SourceList> {
    return this.#json('GET', '/v1/sources', SourceList);
  }

  /** @throws SOURCE_NOT_FOUND */
  source(name: string): Promise<SourceState> {
    return this.#json('GET', `/v1/sources/${name}`, SourceState);
  }

  /** @throws SOURCE_EXISTS, REQUEST_INVALID, TEMPORAL_UNREACHABLE */
  createSource(entry: SourceEntry): Promise<SourceState> {
    return this.#json('POST', '/v1/sources', SourceState, entry);
  }

  /** Of the catalog by its name, or one that is not in it yet. @throws what the source answers, coded */
  testSource(source: string | SourceEntry['source']): Promise<SourceTest> {
    return typeof source === 'string'
      ? this.#json('POST', `/v1/sources/${source}/test`, SourceTest)
      : this.#json('POST', '/v1/source-tests', SourceTest, { source });
  }

  /** @throws SOURCE_NOT_FOUND */
  pauseSource(name: string, decision: Decision): Promise<SourceState> {
    return this.#json('POST', `/v1/sources/${name}/pause`, SourceState, decision);
  }

  /** @throws SOURCE_NOT_FOUND */
  resumeSource(name: string): Promise<SourceState> {
    return this.#json('POST', `/v1/sources/${name}/resume`, SourceState);
  }

  /** @throws SOURCE_NOT_FOUND, SOURCE_PAUSED */
  collectSource(name: string): Promise<StartedRun> {
    return this.#json('POST', `/v1/sources/${name}/collect`, StartedRun);
  }

  /** @throws SOURCE_NOT_FOUND */
  async removeSource(name: string): Promise<void> {
    await this.#send('DELETE', `/v1/sources/${name}`);
  }

  /** Asks the inference endpoint at `inferenceUrl`. @throws MODEL_NOT_FOUND, OVERLOADED, REQUEST_INVALID */
  classify(inferenceUrl: string, model: string, text: string | readonly string[]): Promise<ClassifyResponse> {
    return this.#json('POST', `/v1/models/${model}:classify`, ClassifyResponse, { text }, inferenceUrl);
  }

  /** Entities of texts. @throws as `classify` */
  extract(inferenceUrl: string, model: string, text: string | readonly string[]): Promise<ExtractResponse> {
    return this.#json('POST', `/v1/models/${model}:extract`, ExtractResponse, { text }, inferenceUrl);
  }

  /** How two spans of a text, or of several, are related. @throws as `classify` */
  relate(inferenceUrl: string, model: string, request: RelateRequest): Promise<ClassifyResponse> {
    return this.#json('POST', `/v1/models/${model}:relate`, ClassifyResponse, request, inferenceUrl);
  }

  async #json<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    body?: unknown,
    baseUrl = this.#options.apiUrl,
  ): Promise<T> {
    const answer = await this.#send(method, path, body, baseUrl);
    return schema.parse(await answer.json());
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    baseUrl = this.#options.apiUrl,
  ): Promise<Response> {
    const url = new URL(path, baseUrl);
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#options.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.#options.timeoutMs ?? 30_000),
    }).catch((cause: unknown) => {
      const timedOut = cause instanceof Error && cause.name === 'TimeoutError';
      throw plumblineError(
        timedOut ? 'TIMEOUT' : 'API_UNREACHABLE',
        `${url.origin} ${timedOut ? 'did not answer in time' : 'cannot be reached'}`,
        { cause },
      );
    });
    if (answer.ok) return answer;
    const parsed = ErrorBody.safeParse(await answer.json().catch(() => null));
    if (!parsed.success)
      throw plumblineError('INTERNAL', `${method} ${url.pathname} answered ${answer.status}`);
    throw plumblineError(parsed.data.error.code, parsed.data.error.message);
  }
}
