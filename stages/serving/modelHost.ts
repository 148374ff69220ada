import { setTimeout as sleep } from 'node:timers/promises';
import { type PlumblineError, plumblineError, toPlumblineError } from '../../contracts/index.js';
import { type LoadedModel, loadModel } from './loadModel.js';
import { type ServingObserver, silentObserver } from './observer.js';
import type { DeploymentReader, ServingDependencies } from './ports.js';

export interface ModelHostOptions {
  readonly observer?: ServingObserver;
  /** How often the catalog is asked what should be served. */
  readonly pollEveryMs?: number;
}

type Target = Awaited<ReturnType<DeploymentReader['current']>>[number];

/** What an alias stands for here: the version served, if any, and the one wanted, with why it is not loaded. */
export interface ServedAlias {
  readonly model: string;
  readonly alias: string;
  readonly wanted: Target;
  readonly served: LoadedModel | null;
  readonly error: PlumblineError | null;
}

export interface ModelHost {
  /** Reads the catalog, loads what it names, and keeps doing so. Resolves after the first round; never rejects. */
  start(): Promise<void>;
  /**
   * @param version a version number or an alias; left out: `production`, else the newest version served
   * @throws MODEL_NOT_FOUND, and MODEL_NOT_READY while it is loaded
   */
  find(model: string, version?: string): LoadedModel;
  list(): readonly ServedAlias[];
  /** True once the catalog was read. */
  readonly synced: boolean;
  /** False until the catalog was read once and every alias has a version that answers. */
  readonly ready: boolean;
  /** The newest failure to read the catalog, or null when the newest round could. */
  readonly catalogError: PlumblineError | null;
  /** Stops polling, lets requests under way finish and frees the models. */
  stop(): Promise<void>;
}

const DEFAULT_ALIAS = 'production';
const RETRY_MS_MAX = 60_000;

/**
 * Converges to the catalog: a new version is loaded beside the old one, warmed, switched to, and only then is the
 * old one drained and freed. A catalog that cannot be read, or a version that cannot be loaded, leaves what is
 * served as it is.
 */
export const createModelHost = (
  dependencies: ServingDependencies,
  options: ModelHostOptions = {},
): ModelHost => {
  const { deployments, blobs, log, threads, providers } = dependencies;
  const { observer = silentObserver, pollEveryMs = 1000 } = options;
  const loaded = new Map<string, LoadedModel>();
  const failures = new Map<string, { error: PlumblineError; attempts: number; retryAtMs: number }>();
  const closing = new Set<Promise<void>>();
  const stopping = new AbortController();
  let aliases: ServedAlias[] = [];
  let wasRead = false;
  let catalogError: PlumblineError | null = null;
  let polling: Promise<void> | null = null;

  const load = async (target: Target): Promise<void> => {
    const { model, version, modelVersionId } = target;
    const failure = failures.get(modelVersionId);
    if (failure !== undefined && performance.now() < failure.retryAtMs) return;
    const startedMs = performance.now();
    try {
      const manifest = await deployments.manifest(modelVersionId);
      const input = { blobs, manifest, modelVersionId, version, threads, providers, observer };
      loaded.set(modelVersionId, await loadModel(input));
      failures.delete(modelVersionId);
      const seconds = (performance.now() - startedMs) / 1000;
      observer.loaded(model, version, seconds);
      const { provider } = loaded.get(modelVersionId)!;
      log.info({ model, version, modelVersionId, provider, seconds }, 'model version loaded');
    } catch (thrown) {
      const error = toPlumblineError(thrown);
      const attempts = (failure?.attempts ?? 0) + 1;
      const waitMs = Math.min(RETRY_MS_MAX, pollEveryMs * 2 ** attempts);
      failures.set(modelVersionId, { error, attempts, retryAtMs: performance.now() + waitMs });
      observer.loadFailed(model, error.code);
      log.error(
        { err: thrown, code: error.code, model, version, modelVersionId, waitMs },
        'model version could not be loaded; what is served stays',
      );
    }
  };

  const retire = (version: LoadedModel): void => {
    loaded.delete(version.modelVersionId);
    const { model, version: number, modelVersionId } = version;
    const done = version.close().then(
      () => log.info({ model, version: number, modelVersionId }, 'model version freed'),
      (error: unknown) =>
        log.error({ err: error, model, modelVersionId }, 'model version could not be freed'),
    );
    closing.add(done);
    void done.finally(() => closing.delete(done));
  };

  /** Points every alias at its wanted version where that is loaded, else at what it served before. */
  const flip = (targets: readonly Target[]): void => {
    const before = aliases;
    aliases = targets.map((wanted) => {
      const { model, alias, modelVersionId } = wanted;
      const previous = before.find((entry) => entry.model === model && entry.alias === alias)?.served;
      const served = loaded.get(modelVersionId) ?? (previous?.alive === true ? previous : null);
      return { model, alias, wanted, served, error: failures.get(modelVersionId)?.error ?? null };
    });
    const wanted = new Set(targets.map(({ modelVersionId }) => modelVersionId));
    for (const id of [...failures.keys()]) if (!wanted.has(id)) failures.delete(id);
    const used = new Set(aliases.map(({ served }) => served));
    for (const version of [...loaded.values()]) if (!used.has(version)) retire(version);
  };

  const readCatalog = async (): Promise<readonly Target[] | null> => {
    try {
      const targets = await deployments.current();
      if (catalogError !== null) log.info({}, 'the catalog can be read again');
      catalogError = null;
      wasRead = true;
      return targets;
    } catch (thrown) {
      const error = toPlumblineError(thrown);
      if (catalogError === null)
        log.warn({ err: thrown, code: error.code }, 'the catalog cannot be read; what is served stays');
      catalogError = error;
      return null;
    }
  };

  const converge = async (): Promise<void> => {
    for (const version of [...loaded.values()]) if (!version.alive) retire(version);
    const targets = await readCatalog();
    if (targets === null) return;
    flip(targets);
    for (const target of targets) {
      if (stopping.signal.aborted) return;
      if (loaded.has(target.modelVersionId)) continue;
      await load(target);
      flip(targets);
    }
  };

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // An aborted sleep is how stop() ends the loop.
      await sleep(pollEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) await converge();
    }
  };

  const notReady = (model: string, error: PlumblineError | null): PlumblineError =>
    plumblineError(
      'MODEL_NOT_READY',
      error === null ? `model ${model} is being loaded` : `model ${model} cannot be loaded: ${error.message}`,
      { details: error === null ? {} : { cause: error.code } },
    );

  const pick = (candidates: readonly ServedAlias[], version: string | undefined): ServedAlias | undefined => {
    if (version === undefined)
      return (
        candidates.find(({ alias }) => alias === DEFAULT_ALIAS) ??
        [...candidates].sort((a, b) => b.wanted.version - a.wanted.version)[0]
      );
    return (
      candidates.find(({ alias }) => alias === version) ??
      candidates.find(({ served }) => String(served?.version) === version) ??
      candidates.find(({ wanted }) => String(wanted.version) === version)
    );
  };

  return {
    async start() {
      const first = converge();
      polling = first.then(poll);
      await first;
    },
    find(model, version) {
      if (!wasRead) throw notReady(model, catalogError);
      const entry = pick(
        aliases.filter((candidate) => candidate.model === model),
        version,
      );
      if (entry === undefined) {
        const names = [...new Set(aliases.map((candidate) => candidate.model))];
        const what = version === undefined ? model : `${model}, version or alias ${version},`;
        throw plumblineError('MODEL_NOT_FOUND', `model ${what} is not deployed here`, {
          details: { deployed: names.slice(0, 50) },
        });
      }
      const isOther =
        version !== undefined && version !== entry.alias && String(entry.served?.version) !== version;
      if (entry.served === null || !entry.served.alive || isOther) throw notReady(model, entry.error);
      return entry.served;
    },
    list: () => aliases,
    get synced() {
      return wasRead;
    },
    get ready() {
      return wasRead && aliases.every(({ served }) => served?.alive === true);
    },
    get catalogError() {
      return catalogError;
    },
    async stop() {
      stopping.abort();
      await polling;
      aliases = [];
      for (const version of [...loaded.values()]) retire(version);
      await Promise.all(closing);
    },
  };
};
